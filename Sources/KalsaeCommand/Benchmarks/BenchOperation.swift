import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import KalsaeTraining

/// An operation to be measured: its inputs, its work, and how to run it once.
struct BenchOperation: Sendable {
    /// What is measured, as in `matmul`.
    var name: String
    /// Its sizes, as in `100x784 784x50`.
    var sizes: String
    /// Floating-point operations of one run; 0 where bytes are what counts.
    var flops = 0.0
    /// Bytes of one run where they are not those of all inputs and results.
    var bytes: Double?
    /// Makes what is run: it is called on the thread of the plans.
    var make: @Sendable () throws -> Run

    /// An operation that is ready to run.
    struct Run {
        /// Bytes of inputs and results.
        var bytes: Double
        var run: () throws -> Void
    }

    /// An operation on tensors of random numbers.
    init(
        _ name: String, _ shapes: [Shape], flops: Double = 0, bytes: Double? = nil,
        _ body: @escaping @Sendable ([Tensor]) -> [Tensor]
    ) {
        self.init(name, Self.text(shapes), flops: flops, bytes: bytes, body) {
            shapes.enumerated().map { number, shape in
                Tensor.normal(shape, key: RandomKey(seed: number))
            }
        }
    }

    /// An operation on tensors of one's own.
    init(
        _ name: String, _ sizes: String, flops: Double = 0, bytes: Double? = nil,
        _ body: @escaping @Sendable ([Tensor]) -> [Tensor],
        inputs: @escaping @Sendable () -> [Tensor]
    ) {
        (self.name, self.sizes, self.flops, self.bytes) = (name, sizes, flops, bytes)
        make = {
            let inputs = inputs()
            try Tensor.evaluate(inputs)
            return try Self.run(CompiledStep([Tensor]()) { _, inputs in body(inputs) }, inputs)
        }
    }

    /// A layer in training: its output, or the gradients of its input and parameters.
    init(layer: LayerSpec, _ name: String, _ input: Shape, gradient: Bool) {
        self.name = gradient ? name + ".gradient" : name
        sizes = Self.text([input])
        make = {
            let model = try Sequential([layer], input: Shape(input.dropFirst()))
            let x = Tensor.normal(input, key: RandomKey(seed: 1))
            let slope = Tensor.normal(model(x).shape, key: RandomKey(seed: 2))
            try Tensor.evaluate([x, slope])
            let step = try CompiledStep(model) { model, inputs in
                let traced = StepScope.training(key: RandomKey(seed: 0)) { () -> [Tensor] in
                    guard gradient else { return [model(inputs[0])] }
                    let tree = TensorPair(model, inputs[0])
                    let slopes = valueAndGradient(at: tree) { pair in
                        (pair.first(pair.second) * inputs[1]).sum()
                    }
                    return slopes.gradient.tensors.map(\.tensor)
                }
                model = traced.reports.applied(to: model)
                return traced.result
            }
            return try Self.run(step, gradient ? [x, slope] : [x])
        }
    }

    private static func run<State>(
        _ step: CompiledStep<State>, _ inputs: [Tensor]
    ) throws -> Run {
        try step.run(inputs)
        let tensors = inputs + step.results
        let bytes = tensors.reduce(0.0) { $0 + Double($1.type.byteCount) }
        return Run(bytes: bytes) { try step.run(inputs) }
    }

    static func text(_ shapes: [Shape]) -> String {
        shapes.map { $0.map(String.init).joined(separator: "x") }.joined(separator: " ")
    }
}
