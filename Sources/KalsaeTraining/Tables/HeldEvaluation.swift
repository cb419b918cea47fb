import KalsaeData
import KalsaeLayers
import KalsaeTensor

/// The outputs of stacked members for the rows that each did not see, some rows of every member at
/// once as one plan.
final class HeldEvaluation {
    private let dataset: Dataset
    /// For each member the rows that it did not see.
    private let held: [[Int32]]
    private let rows: HostTensor<Int32>
    /// Rows of each member in a run: few enough that what is computed of them stays small.
    private let size: Int
    private var step: CompiledStep<[Tensor]>?

    private static let mostRows = 2048

    init(_ dataset: Dataset, _ folds: [Folds.Fold]) throws {
        self.dataset = dataset
        held = folds.map { $0.test.map { Int32($0) } }
        size = min(held.map(\.count).max() ?? 0, Self.mostRows)
        rows = try HostTensor(count: held.count * size)
    }

    /// Calls `body` with rows of a member and their outputs, one row behind the other, until each row
    /// that was held out had its turn.
    func run(_ models: Sequential, _ body: ([Int32], ArraySlice<Float>) -> Void) throws {
        let tensors = models.tensors.map(\.tensor)
        let step = try step ?? compiled(models)
        self.step = step
        let most = held.map(\.count).max() ?? 0
        for start in stride(from: 0, to: most, by: size) {
            let parts = held.map { Array($0.dropFirst(start).prefix(size)) }
            for (member, part) in parts.enumerated() {
                // A smaller fold is filled up with any row.
                for index in 0..<size {
                    rows.values[member * size + index] = index < part.count ? part[index] : 0
                }
            }
            try step.run([dataset.features, rows.tensor] + tensors)
            let outputs = try step.results[0].values(Float.self)
            let width = outputs.count / (parts.count * size)
            for (member, part) in parts.enumerated() where !part.isEmpty {
                let first = member * size * width
                body(part, outputs[first..<(first + part.count * width)])
            }
        }
    }

    private func compiled(_ models: Sequential) throws -> CompiledStep<[Tensor]> {
        let count = held.count
        return try CompiledStep([Tensor]()) { _, inputs in
            let features = inputs[0]
            let stack = models.replacingTensors(Array(inputs.dropFirst(2)))
            let rows = inputs[1].reshaped(to: [count, -1])
            return [
                mapped(over: TensorPair(stack, rows)) { member in
                    member.first(features.gathered(at: member.second))
                }
            ]
        }
    }
}
