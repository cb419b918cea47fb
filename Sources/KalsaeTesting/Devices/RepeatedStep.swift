import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A step of gradient descent on rows of a table that the program names anew before each run: small enough
/// to be one kernel, and with an error where there is no such row.
package final class RepeatedStep {
    private let step: CompiledStep<Tensor>
    private let rows: HostTensor<Int32>

    /// How many rows the table has.
    package static let rowCount = 12

    /// Compiles the step for a device.
    package init(on device: Device) throws {
        let table = Tensor.randn([Self.rowCount, 3], seed: 2)
        let targets = Tensor.randn([Self.rowCount, 2], seed: 3)
        try Tensor.evaluate([table, targets])
        rows = try HostTensor(count: 4)
        step = try device.asCurrent {
            try CompiledStep(Tensor.randn([3, 2], seed: 1)) { weights, inputs in
                let (x, y) = (table.gathered(at: inputs[0]), targets.gathered(at: inputs[0]))
                let slope = valueAndGradient(at: weights) { (weights: Tensor) -> Tensor in
                    let error: Tensor = x.matmul(weights) - y
                    return (error * error).mean()
                }
                let change: Tensor = slope.gradient * 0.1
                weights = weights - change
                return [slope.value]
            }
        }
    }

    /// The weights now.
    package var weights: [Float] { get throws { try step.state.values() } }

    /// Takes runs one by one from a number on; the loss of each.
    package func runOneByOne(_ numbers: Range<Int>) throws -> [Float] {
        try numbers.map { number in
            name(number)
            try step.run([rows.tensor])
            return try step.checkedScalar(0)
        }
    }

    /// Takes the same runs together.
    ///
    /// - Parameter missing: the run that asks for a row that there is not.
    package func runTogether(
        _ numbers: Range<Int>, missing: Int? = nil
    ) throws -> (losses: [Float], error: (any Error)?) {
        let runs = try step.run([rows.tensor], times: numbers.count) { index in
            name(numbers.lowerBound + index)
            if numbers.lowerBound + index == missing { rows.values[2] = Int32(Self.rowCount) }
        }
        return (runs.scalars.map { $0[0] }, runs.error)
    }

    /// Writes the rows of a run.
    private func name(_ number: Int) {
        for index in 0..<rows.count {
            rows.values[index] = Int32((5 * number + 7 * index) % Self.rowCount)
        }
    }
}
