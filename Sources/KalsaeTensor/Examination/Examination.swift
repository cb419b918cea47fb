import Glibc
import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// A step computed node by node, each by the backend's own kernels, to find where numbers stop being
/// finite.
package struct Examination {
    /// The numbers of a tensor in short.
    package struct Range: Codable, Equatable, Sendable {
        /// What it is: a tensor of the state, an input, or the operation that made it.
        package var name: String
        package var type: String
        /// The least and the greatest finite number; nil where there is none.
        package var least: Double?, greatest: Double?
        /// How many are NaN, and how many infinite.
        package var nan = 0, infinite = 0
        /// Its number at the index of the first one that is not finite, as text, where shapes agree.
        package var atIndex: String?
    }

    /// The first operation whose result is not finite although its operands are, of those that reach
    /// an output.
    package struct Finding: Codable, Equatable, Sendable {
        /// The node in the graph.
        package var node: Int
        /// The primitive, as `log`, or `input`.
        package var operation: String
        package var origin: TraceNotes.Origin
        /// Its operands.
        package var operands: [Range]
        /// What it gave.
        package var result: Range
        /// The first index that is not finite, and its number as text.
        package var index: [Int], value: String
        /// The outputs of the step that are not finite.
        package var outputs: [String]
    }

    private let step: StepGraph
    private var runner: NodeRunner

    /// Prepares to compute a step by the device in force.
    package init(_ step: StepGraph) {
        self.step = step
        runner = NodeRunner(.current)
    }

    /// Finds it; nil where all outputs are finite.
    package mutating func find() throws -> Finding? {
        let nodes = step.graph.nodes
        var isFinite = [Bool](repeating: true, count: nodes.count)
        try walk(through: nodes.count) { index, values in
            guard nodes[index].type.dtype.isFloat, let buffer = values[index] else { return }
            isFinite[index] = try Numbers(buffer, nodes[index].type).firstNotFinite == nil
        }
        let bad = step.graph.outputs.indices.filter { !isFinite[step.graph.outputs[$0]] }
        guard let cause = cause(of: bad.map { step.graph.outputs[$0] }, isFinite) else {
            return nil
        }
        var (result, operands): (Buffer?, [Buffer?]) = (nil, [])
        try walk(through: cause + 1) { index, values in
            if index == cause {
                (result, operands) = (values[index], nodes[index].operands.map { values[$0] })
            }
        }
        guard let result else { return nil }
        return try finding(cause, result, operands, bad.map { step.outputNames[$0] })
    }

    /// The first node that is not finite, with finite operands, of those from which numbers that are
    /// not finite reach an output.
    private func cause(of outputs: [Int], _ isFinite: [Bool]) -> Int? {
        var (seen, waiting, causes) = (Set(outputs), outputs, [Int]())
        while let index = waiting.popLast() {
            let operands = step.graph.nodes[index].operands.filter { !isFinite[$0] }
            if operands.isEmpty { causes.append(index) }
            for operand in operands where seen.insert(operand).inserted { waiting.append(operand) }
        }
        return causes.min()
    }

    /// Computes the first `count` nodes in order; a value is let go of behind its last use.
    private mutating func walk(
        through count: Int, _ body: (Int, [Buffer?]) throws -> Void
    ) throws {
        let nodes = step.graph.nodes
        var lastUse = Array(nodes.indices)
        for index in 0..<count {
            for operand in nodes[index].operands { lastUse[operand] = index }
        }
        var ends: [Int: [Int]] = [:]
        for (index, last) in lastUse.prefix(count).enumerated() {
            ends[last, default: []].append(index)
        }
        var values = [Buffer?](repeating: nil, count: nodes.count)
        for index in 0..<count {
            values[index] = try value(of: nodes[index], values)
            try body(index, values)
            for end in ends[index] ?? [] { values[end] = nil }
        }
    }

    private mutating func value(of node: Node, _ values: [Buffer?]) throws -> Buffer {
        if case .input(let position) = node.primitive { return step.inputs[position] }
        var operands: [(Buffer, TensorType)] = []
        for operand in node.operands {
            guard let buffer = values[operand] else {
                throw KalsaeError("examination", expected: "operands", got: "none")
            }
            operands.append((buffer, step.graph.nodes[operand].type))
        }
        return try runner.value(of: node, operands)
    }

    private func finding(
        _ cause: Int, _ buffer: Buffer, _ values: [Buffer?], _ outputs: [String]
    ) throws -> Finding? {
        let node = step.graph.nodes[cause]
        let numbers = try Numbers(buffer, node.type)
        guard let position = numbers.firstNotFinite else { return nil }
        var operands: [Range] = []
        for (operand, value) in zip(node.operands, values) {
            guard let value else { continue }
            let type = step.graph.nodes[operand].type
            var range = try Numbers(value, type).range(name(of: operand), type)
            if type.shape == node.type.shape {
                range.atIndex = try Numbers(value, type).text(at: position)
            }
            operands.append(range)
        }
        let result = numbers.range(name(of: cause), node.type)
        return Finding(
            node: cause, operation: node.primitive.name, origin: step.origins[cause],
            operands: operands, result: result,
            index: Self.index(position, node.type.shape), value: numbers.text(at: position),
            outputs: outputs)
    }

    /// The input's name where nothing but its shape has changed, else the operation with its layer.
    private func name(of index: Int) -> String {
        var source = index
        while true {
            let node = step.graph.nodes[source]
            switch node.primitive {
            case .input(let position): return step.inputNames[position]
            case .identity, .barrier, .broadcast, .reshape, .transpose:
                guard let operand = node.operands.first else { return node.primitive.name }
                source = operand
            case _:
                let origin = step.origins[source]
                let layer = String(origin.layer.trimmingPrefix("first."))
                let name = node.primitive.name
                if layer.isEmpty { return name }
                return origin.isGradient
                    ? "\(name) in the gradient of \(layer)" : "\(name) in \(layer)"
            }
        }
    }

    private static func index(_ position: Int, _ shape: Shape) -> [Int] {
        zip(shape.strides, shape.sizes).map { position / $0 % Swift.max($1, 1) }
    }
}
