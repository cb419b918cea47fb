import KalsaeTensor

/// A step of gradient descent of a product on data of its own: the smallest training that a device can do.
public struct DescentStep {
    /// The step; its first result is the loss before it.
    public let step: CompiledStep<Tensor>
    /// The rows that it is run on.
    public let rows: Tensor

    /// Compiles the step for a device.
    public init(on device: Device) throws {
        let rows = Tensor.randn([20, 3], seed: 2)
        let target = Tensor.randn([20, 2], seed: 3)
        try Tensor.evaluate([rows, target])
        let weights = Tensor.randn([3, 2], seed: 1)
        step = try device.asCurrent {
            try CompiledStep(weights) { (weight: inout Tensor, inputs: [Tensor]) -> [Tensor] in
                let rows = inputs[0]
                let slope = valueAndGradient(at: weight) { (weight: Tensor) -> Tensor in
                    let error: Tensor = rows.matmul(weight) - target
                    return (error * error).mean()
                }
                let change: Tensor = slope.gradient * 0.1
                weight = weight - change
                return [slope.value]
            }
        }
        self.rows = rows
    }
}
