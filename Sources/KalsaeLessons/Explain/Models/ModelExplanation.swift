import Kalsae
import KalsaeSupport

/// A network at one input: what goes forward and what comes back at each layer, and each parameter's
/// gradient beside central differences. All is computed by the engine, in `float64`.
public struct ModelExplanation: Sendable {
    /// A layer, or the sums or the activation of a dense one.
    public struct Stage: Sendable {
        /// The name, as in `dense1`.
        public let name: String
        /// What it does, as in `dense 4 → 8`.
        public let what: String
        /// What it gives.
        public let output: TensorDigest
        /// How the result changes by that.
        public let gradient: TensorDigest
        /// Of an activation, how each output changes by its input.
        public let slopes: TensorDigest?
        let stage: ModelStage
    }

    /// A tensor that the result is differentiated by.
    public struct Parameter: Sendable {
        /// The path, as in `dense1.weight`; `input` for the input.
        public let name: String
        /// Its numbers.
        public let values: TensorDigest
        /// How the result changes by them.
        public let gradient: TensorDigest
        /// Central differences for some of its numbers, or all.
        public let differences: [CentralDifference]
        /// The number of the stage that reads it; nil where that is not known.
        let stage: Int?

        /// The greatest difference between gradient and central difference.
        public var greatestDifference: Double { differences.map(\.gap).max() ?? 0 }
    }

    /// What was asked.
    public let question: ModelQuestion
    /// The input.
    public private(set) var input: Parameter
    /// The stages, in order.
    public private(set) var stages: [Stage] = []
    /// The parameters, in the order of the model.
    public private(set) var parameters: [Parameter] = []
    /// The loss, or the sum of the outputs where nothing is right.
    public let result: Double
    /// Of classes, the probability of each.
    public let probabilities: [Double]

    /// Explains a network at an input.
    ///
    /// - Throws: a `KalsaeError` for a network that is too large, an input or target that is not one of
    ///   it, and what the network's layers throw.
    public init(_ model: Sequential, _ question: ModelQuestion) throws {
        try question.check(model)
        self.question = question
        let exact = model.mapTensors { _, tensor in
            tensor.dtype.isFloat ? tensor.cast(to: .float64) : tensor
        }
        try exact.evaluate()
        let pass = ModelPass(
            stages: ModelStage.stages(of: exact), question: question,
            shape: model.inputShape ?? [])
        let x = pass.tensor(question.input)
        let values = pass.values(exact, x)
        let zeros = values.map { Tensor.zeros(like: $0) }
        let (loss, gradient) = valueAndGradient(at: TensorPair(exact, zeros)) { moved in
            pass.result(of: pass.values(moved.first, x, adding: moved.second))
        }
        if let fault = loss.fault { throw fault.error }
        result = try loss.item(Double.self)
        let isOfClasses = question.loss.input == .logits && question.outputNames.count > 1
        probabilities = try isOfClasses ? (values.last ?? x).softmax().values(Double.self) : []
        let entries = NumericEntries(model: exact, inputs: question.input.count)
        input = Parameter(
            name: "input", values: try TensorDigest(x, isBatch: true),
            gradient: try TensorDigest(gradient.second[0], isBatch: true),
            differences: try pass.differences(
                exact, question.input, gradient: gradient.second[0],
                entries.chosen(of: question.input.count)), stage: 0)
        for (index, stage) in pass.stages.enumerated() {
            let slopes = stage.elementwise.map { function in
                valueAndGradient(at: values[index]) { function($0).sum() }.gradient
            }
            stages.append(
                Stage(
                    name: stage.name, what: stage.what,
                    output: try TensorDigest(values[index + 1], isBatch: true),
                    gradient: try TensorDigest(gradient.second[index + 1], isBatch: true),
                    slopes: try slopes.map { try TensorDigest($0, isBatch: true) }, stage: stage))
        }
        let slopes = gradient.first.tensors
        for (index, (path, tensor)) in exact.tensors.enumerated()
        where path.role == .parameter && tensor.dtype == .float64 {
            let first = path.name.prefix { $0 != "." }
            parameters.append(
                Parameter(
                    name: path.name, values: try TensorDigest(tensor),
                    gradient: try TensorDigest(slopes[index].tensor),
                    differences: try pass.differences(
                        exact, parameter: index, gradient: slopes[index].tensor,
                        entries.chosen(of: tensor.count)),
                    stage: pass.stages.firstIndex { $0.name == first }))
        }
    }

    /// The greatest difference between a gradient and a central difference.
    public var greatestDifference: Double {
        (parameters + [input]).map(\.greatestDifference).max() ?? 0
    }
}
