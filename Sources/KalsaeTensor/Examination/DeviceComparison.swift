import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// A step computed node by node on two devices, each node from the same operands, so that a difference is
/// that of one operation alone and not of all before it.
package struct DeviceComparison {
    /// A number that two devices compute otherwise.
    package struct Difference: Sendable {
        /// The node in the graph, and its operation.
        package var node: Int
        package var operation: String
        package var type: TensorType
        package var origin: TraceNotes.Origin
        /// Its index, what both give, and what rounding explains.
        package var index: [Int]
        package var left: Double, right: Double
        package var bound: Double

        /// How many times the bound the difference is; infinite where one of them is no number.
        package var share: Double {
            if left == right || (left.isNaN && right.isNaN) { return 0 }
            let difference = abs(left - right)
            return difference.isNaN ? .infinity : bound > 0 ? difference / bound : .infinity
        }
    }

    /// What was found.
    package struct Report: Sendable {
        /// Operations that were computed, and those that gave the same bits.
        package var operations = 0
        package var equal = 0
        /// The first that differs by more than its bound.
        package var first: Difference?
        /// The one that comes nearest to its bound.
        package var largest: Difference?
    }

    private let step: StepGraph
    private var left: NodeRunner
    private var right: NodeRunner
    private let precisions: [Precision]

    /// Prepares to compute a step on two devices, or on one in two precisions; operands are those of the first.
    package init(_ step: StepGraph, _ left: Device, _ right: Device) {
        self.step = step
        self.left = NodeRunner(left)
        self.right = NodeRunner(right)
        precisions = [left.precision, right.precision]
    }

    /// Compares all operations in order, until one differs by more than its bound.
    package mutating func compare() throws -> Report {
        let nodes = step.graph.nodes
        var lastUse = Array(nodes.indices)
        for (index, node) in nodes.enumerated() {
            for operand in node.operands { lastUse[operand] = index }
        }
        var values = [Buffer?](repeating: nil, count: nodes.count)
        var report = Report()
        for (index, node) in nodes.enumerated() {
            if case .input(let position) = node.primitive {
                values[index] = try step.inputs[position].onHost()
                continue
            }
            let operands = node.operands.compactMap { operand in
                values[operand].map { (buffer: $0, type: nodes[operand].type) }
            }
            guard operands.count == node.operands.count else {
                throw KalsaeError("comparison", expected: "operands", got: "none")
            }
            let value = try left.value(of: node, operands).onHost()
            let other = try right.value(of: node, operands).onHost()
            values[index] = value
            report.operations += 1
            if let found = try difference(index, operands, value, other) {
                if found.share > report.largest?.share ?? 0 { report.largest = found }
                if found.share > 1 {
                    report.first = found
                    return report
                }
            } else {
                report.equal += 1
            }
            for operand in Set(node.operands) where lastUse[operand] == index {
                values[operand] = nil
            }
        }
        return report
    }

    /// The number that differs most in units of its bound; nil where all are equal.
    private mutating func difference(
        _ index: Int, _ operands: [(buffer: Buffer, type: TensorType)], _ value: Buffer,
        _ other: Buffer
    ) throws -> Difference? {
        let node = step.graph.nodes[index]
        let one = try Tensor(value, node.type).values(Double.self)
        let two = try Tensor(other, node.type).values(Double.self)
        guard zip(one, two).contains(where: { $0 != $1 && !($0.isNaN && $1.isNaN) }) else {
            return nil
        }
        let bounds = try RoundingBounds(node, operands, precisions).bounds(of: one, &left)
        var worst: Difference?
        for position in one.indices {
            let found = Difference(
                node: index, operation: node.primitive.name, type: node.type,
                origin: step.origins[index],
                index: zip(node.type.shape.strides, node.type.shape.sizes)
                    .map { position / $0 % Swift.max($1, 1) },
                left: one[position], right: two[position], bound: bounds[position])
            if found.share > worst?.share ?? 0 { worst = found }
        }
        return worst
    }
}
