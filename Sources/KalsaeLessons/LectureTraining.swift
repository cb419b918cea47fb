import KalsaeBackend
import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining

/// Images with their classes as the lectures take them: in the files' order, no validation part.
struct LectureImages {
    let train: Dataset
    let test: Dataset

    /// Images from the data folders, as rows of 784 pixels.
    ///
    /// - Parameters:
    ///   - set: which ones, MNIST by default.
    ///   - count: how many of the first training images to take; all without it.
    ///   - isFlat: false for images `[28, 28, 1]`.
    static func load(
        _ set: NamedSet = .mnist, first count: Int? = nil, isFlat: Bool = true
    ) throws -> LectureImages {
        let parts = try set.load(
            fractions: Split.Fractions(validation: 0, test: 0), seed: 0)
        let train = try count.map { try first($0, of: parts.train) } ?? parts.train
        let sets = try [train, parts.test].map { data in
            let width = data.featureShape.reduce(1, *)
            return try Dataset(
                try LabeledData(
                    features: data.features, featureShape: isFlat ? [width] : data.featureShape,
                    targets: data.targets))
        }
        return LectureImages(train: sets[0], test: sets[1])
    }

    private static func first(_ count: Int, of data: LabeledData) throws -> LabeledData {
        try data.rows(Array(0..<min(count, data.count)))
    }
}

extension Dataset {
    /// The first rows as a set of their own.
    func first(_ count: Int) throws -> Dataset {
        try Dataset(
            features[..<count], targets[..<count], featureScale: featureScale,
            classNames: classNames)
    }
}

/// Weight decay as in the lectures: λW joins the gradient of every weight matrix, not of biases.
struct LectureDecay<Base: Optimizer>: Optimizer {
    var base: Base
    let lambda: Double

    init(_ base: Base, lambda: Double) {
        self.base = base
        self.lambda = lambda
    }

    var learningRate: Double {
        get { base.learningRate }
        set { base.learningRate = newValue }
    }
    var slotCount: Int { base.slotCount }

    func scalars(step: Int) -> OptimizerScalars { base.scalars(step: step) }

    func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let slope = parameter.rank >= 2 ? gradient + parameter * lambda : gradient
        return base.update(parameter, gradient: slope, slots: slots, scalars: scalars)
    }
}

/// A network in training: batches drawn with replacement, softmax with cross-entropy.
///
/// Unlike the trainer it goes on when the loss is no longer finite, as the book's scripts do.
final class LectureRun<Model: Layer> {
    private let data: Dataset
    private let batch: Int
    private let step: BatchStep<Model>
    private let rows: HostTensor<Int32>
    private let scale: HostTensor<Float>
    private let loss: CompiledStep<Model>
    private let evaluator: Evaluator<Model>
    private var random: Philox

    /// - Parameters:
    ///   - seed: of the batches, and of dropout; runs of one seed see the same batches.
    init(
        _ model: Model, on data: Dataset, optimizer: any Optimizer, batch: Int, seed: Int
    ) throws {
        self.data = data
        self.batch = batch
        rows = try HostTensor(count: batch)
        scale = try HostTensor(count: 1)
        scale.values[0] = Float(data.featureScale)
        random = Philox(seed: UInt64(bitPattern: Int64(seed)), stream: 0x6c65_6374)
        step = try BatchStep(
            model, loss: .softmaxCrossEntropy, optimizer: optimizer, seed: seed,
            prepare: { inputs in
                let (x, y) = Self.gathered(inputs)
                return (x, y, nil)
            })
        evaluator = try Evaluator(model, loss: .softmaxCrossEntropy, metrics: [.accuracy])
        loss = try CompiledStep(model) { model, inputs in
            let (x, y) = Self.gathered(inputs)
            return [Loss.softmaxCrossEntropy(model(x), y)]
        }
    }

    private static func gathered(_ inputs: [Tensor]) -> (inputs: Tensor, targets: Tensor) {
        let x = Dataset.inputs(inputs[0].gathered(at: inputs[2]), scale: inputs[3])
        return (x, inputs[1].gathered(at: inputs[2]))
    }

    /// The network now, as a value.
    var model: Model { step.model }

    /// Goes on from other weights; what the optimizer remembers stays.
    func restore(_ model: Model) throws { try step.restore(model) }

    /// The rate of the steps to come.
    var learningRate: Double {
        get { step.optimizer.learningRate }
        set { step.optimizer.learningRate = newValue }
    }

    /// Takes one step and returns the loss before it.
    @discardableResult
    func advance() throws -> Double {
        for index in 0..<batch { rows.values[index] = Int32(random.next(below: data.count)) }
        let value = try step.run(data.features, data.targets, rows.tensor, scale.tensor)
        ComputeThread.shared.runWaitingCalls()
        return value
    }

    /// The loss on the last batch with the weights of now, which is what the book's scripts log.
    func lossNow() throws -> Double {
        try loss.restore(step.model)
        try loss.run([data.features, data.targets, rows.tensor, scale.tensor])
        return Double(loss.scalar(0))
    }

    /// The share of right answers, in inference. A network whose outputs have overflowed says 0, the
    /// first class, as NumPy's argmax does and the evaluator refuses to.
    func accuracy(on data: Dataset) throws -> Double {
        evaluator.model = step.model
        do {
            return try evaluator.evaluate(data)[.accuracy]
        } catch {
            let outputs = step.model(data.inputs(at: Tensor([Int32(0)])))
            guard try outputs.doubles.contains(where: \.isNaN) else { throw error }
            let classes = try data.targets.values(Int.self)
            return Double(classes.count { $0 == 0 }) / Double(max(classes.count, 1))
        }
    }
}
