import KalsaeGraph
import KalsaeTensor

extension Sequential {
    /// One layer in a summary.
    public struct SummaryRow: Sendable, Equatable {
        /// The layer's name, as in `dense1`.
        public var name: String
        /// The shape of one output, without the batch; empty where it is not known.
        public var output: [Int]
        /// The numbers that are trained.
        public var parameters: Int
        /// Floating-point operations of products and convolutions for one input; a multiplication
        /// and an addition count as two. 0 where the shape is not known.
        public var operations: Int

        /// Makes a row.
        public init(name: String, output: [Int], parameters: Int, operations: Int = 0) {
            self.name = name
            self.output = output
            self.parameters = parameters
            self.operations = operations
        }
    }

    /// The layers of a network, one row each; `print` shows them as a table.
    public struct Summary: Sendable, Equatable, RandomAccessCollection {
        /// The rows, in the order of the layers.
        public var rows: [SummaryRow]

        /// Makes a summary.
        public init(_ rows: [SummaryRow]) { self.rows = rows }

        /// The numbers that are trained, in all layers together.
        public var parameters: Int { rows.reduce(0) { $0 + $1.parameters } }
        /// Floating-point operations for one input, in all layers together.
        public var operations: Int { rows.reduce(0) { $0 + $1.operations } }

        /// The first row's number.
        public var startIndex: Int { rows.startIndex }
        /// The index past the last row.
        public var endIndex: Int { rows.endIndex }
        /// One row.
        public subscript(index: Int) -> SummaryRow { rows[index] }
    }

    /// The layers with their shapes, parameters and operations; nothing is computed.
    public var summary: Summary {
        var shape = inputShape.map { Shape([1] + $0.sizes) }
        let rows = layers.map { entry in
            var operations = 0
            if let known = shape {
                // Parameters may have been made by products themselves.
                let empty = Named(name: entry.name, layer: entry.layer)
                    .mapTensors { _, tensor in .zeros(like: tensor) }
                let output = empty.layer(.zeros(known))
                let flops = (try? output.graph().flops(of: [.contraction])) ?? 0
                operations = Int(exactly: flops) ?? .max
                shape = output.fault == nil ? output.shape : nil
            }
            return SummaryRow(
                name: entry.name, output: shape.map { Array($0.dropFirst()) } ?? [],
                parameters: entry.layer.parameterCount, operations: operations)
        }
        return Summary(rows)
    }
}

extension Sequential.Summary: CustomStringConvertible {
    /// The most characters of a line.
    private static let width = 80
    private static let numberWidth = 16

    /// A table of at most 80 columns: name, output, parameters and operations of each layer.
    public var description: String {
        let columns = Self.width - 2 * Self.numberWidth - 2
        let shapes = rows.map { $0.output.isEmpty ? "" : Shape($0.output).description }
        let shapeWidth = Swift.min(Swift.max(shapes.map(\.count).max() ?? 0, 6), columns - 12)
        let nameWidth = Swift.min(
            Swift.max(rows.map(\.name.count).max() ?? 0, 5), columns - shapeWidth)
        func line(_ name: String, _ shape: String, _ parameters: String, _ operations: String)
            -> String
        {
            name.fitted(nameWidth) + "  " + shape.fitted(shapeWidth)
                + parameters.rightAligned(Self.numberWidth)
                + operations.rightAligned(Self.numberWidth)
        }
        let head = line("layer", "output", "parameters", "operations")
        let rule = String(repeating: "─", count: head.count)
        let body = zip(rows, shapes).map {
            line($0.name, $1, grouped($0.parameters), grouped($0.operations))
        }
        let total = line("total", "", grouped(parameters), grouped(operations))
        return ([head, rule] + body + [rule, total]).joined(separator: "\n")
    }
}

extension String {
    /// The text with spaces after it, or cut to a width with a sign that it was.
    fileprivate func fitted(_ width: Int) -> String {
        count > width
            ? prefix(width - 1) + "…" : self + String(repeating: " ", count: width - count)
    }

    fileprivate func rightAligned(_ width: Int) -> String {
        String(repeating: " ", count: Swift.max(width - count, 1)) + self
    }
}
