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
        /// The networks inside of an ensemble, by group; empty for all other layers.
        public var groups: [MemberGroup]

        /// Makes a row.
        public init(
            name: String, output: [Int], parameters: Int, operations: Int = 0,
            groups: [MemberGroup] = []
        ) {
            self.name = name
            self.output = output
            self.parameters = parameters
            self.operations = operations
            self.groups = groups
        }
    }

    /// The members of an ensemble that have one network.
    public struct MemberGroup: Sendable, Equatable {
        /// How many there are.
        public var count: Int
        /// The network of each.
        public var network: Summary
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
            var groups: [MemberGroup] = []
            if let known = shape {
                groups = Self.groups(of: entry.layer, input: Shape(known.sizes.dropFirst()))
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
                parameters: entry.layer.parameterCount, operations: operations, groups: groups)
        }
        return Summary(rows)
    }

    private static func groups(of layer: any Layer, input: Shape) -> [MemberGroup] {
        guard let ensemble = layer as? Ensemble else { return [] }
        return ensemble.settings.groups.compactMap { group in
            let member = try? withBlankParameters { try Sequential(group.layers, input: input) }
            return member.map { MemberGroup(count: group.count, network: $0.summary) }
        }
    }
}

extension Sequential.Summary: CustomStringConvertible {
    /// The most characters of a line.
    private static let width = 80
    private static let numberWidth = 16

    /// The rows with those inside of ensembles behind them, and under which each stands.
    private var lines: [(text: String, row: Sequential.SummaryRow?)] {
        rows.flatMap { row -> [(text: String, row: Sequential.SummaryRow?)] in
            [(row.name, row)]
                + row.groups.flatMap { group -> [(text: String, row: Sequential.SummaryRow?)] in
                    let title = "  \(group.count.counting("network")) of"
                    return [(title, nil)] + group.network.lines.map { ("    " + $0.text, $0.row) }
                }
        }
    }

    /// A table of at most 80 columns: name, output, parameters and operations of each layer; below an
    /// ensemble the layers of its networks, once for each group.
    public var description: String {
        let columns = Self.width - 2 * Self.numberWidth - 2
        let lines = lines
        let rows = lines.map {
            $0.row ?? Sequential.SummaryRow(name: "", output: [], parameters: 0)
        }
        let shapes = rows.map { $0.output.isEmpty ? "" : Shape($0.output).description }
        let shapeWidth = Swift.min(Swift.max(shapes.map(\.count).max() ?? 0, 6), columns - 12)
        let nameWidth = Swift.min(
            Swift.max(lines.map(\.text.count).max() ?? 0, 5), columns - shapeWidth)
        func line(_ name: String, _ shape: String, _ parameters: String, _ operations: String)
            -> String
        {
            name.fitted(nameWidth) + "  " + shape.fitted(shapeWidth)
                + parameters.rightAligned(Self.numberWidth)
                + operations.rightAligned(Self.numberWidth)
        }
        let head = line("layer", "output", "parameters", "operations")
        let rule = String(repeating: "─", count: head.count)
        let body = zip(lines, shapes).map { entry, shape in
            entry.row.map {
                line(entry.text, shape, grouped($0.parameters), grouped($0.operations))
            } ?? entry.text
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
