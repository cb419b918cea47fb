import KalsaeBackend
import KalsaeCPU
import KalsaeData
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining

/// The numbers and figures of the lectures as programs on the engine that trains real networks.
public enum Lesson: String, CaseIterable, Sendable {
    /// The worked 2-2-2 example of backpropagation.
    case backprop
    /// Small numbers around forward, loss, gradient and computational graphs.
    case apples
    /// The 6x6 convolution and pooling slide and the book's 2-D example.
    case convolution
    /// Six optimizers on x²/20 + y².
    case optimizers2D = "optimizers-2d"
    /// Four optimizers on MNIST.
    case optimizersMNIST = "optimizers-mnist"
    /// Histograms of activations for four scales of the first weights.
    case initializers
    /// Three scales of the first weights on MNIST.
    case initializersMNIST = "initializers-mnist"
    /// Batch norm against a plain network at sixteen scales of the first weights.
    case batchNorm = "batch-norm"
    /// Weight decay on 300 images.
    case weightDecay = "weight-decay"
    /// Dropout on 300 images.
    case dropout
    /// Overfitting on 300 images.
    case overfit
    /// Grid against random search, and the scales of rates and momenta.
    case gridRandom = "grid-random"
    /// The two-layer network of chapters 4 and 5 on MNIST.
    case twolayer
    /// The convolutional network of chapter 7 on MNIST.
    case simpleConvNet = "simple-convnet"
    /// The deep convolutional network of chapter 8 on MNIST.
    case deepConvNet = "deep-convnet"
    /// A convolutional network with batch norm on Fashion-MNIST.
    case fashionMNIST = "fashion-mnist"
    /// A transformer that tells the next character of Shakespeare.
    case characters
    /// A long short-term memory that does.
    case charactersLSTM = "characters-lstm"

    /// What it shows, in one line.
    public var summary: String {
        switch self {
        case .backprop: "the worked 2-2-2 example: all eight weights after one step"
        case .apples: "apples and oranges, softmax, losses, gradients: the small numbers"
        case .convolution: "the 6x6 input under a 3x3 kernel, padding, pooling, misprints"
        case .optimizers2D: "paths of six optimizers on x^2/20 + y^2"
        case .optimizersMNIST: "SGD, Momentum, AdaGrad and Adam on MNIST"
        case .initializers: "how the scale of first weights spreads activations over five layers"
        case .initializersMNIST: "weights of .01, Xavier and He on MNIST"
        case .batchNorm: "batch norm against none at sixteen weight scales"
        case .weightDecay: "300 images with and without weight decay"
        case .dropout: "300 images with and without dropout"
        case .overfit: "300 images and no regularization: train 1.0, test .75"
        case .gridRandom: "grid against random search, log scales for rates, 1 - beta for momenta"
        case .twolayer: "784-50-10 with sigmoid and with ReLU: 17 measurements each"
        case .simpleConvNet: "one convolution, two dense layers, 20 epochs (minutes)"
        case .deepConvNet: "six convolutions, two dense layers, 20 epochs (many minutes)"
        case .fashionMNIST: "five convolutions with batch norm on Fashion-MNIST (minutes)"
        case .characters: "a transformer learns Shakespeare's characters (minutes)"
        case .charactersLSTM: "a long short-term memory learns them (minutes)"
        }
    }

    /// The data that must be in the data folders; nil for none.
    public var data: String? {
        switch self {
        case .optimizersMNIST, .initializersMNIST, .batchNorm, .weightDecay, .dropout, .overfit,
            .twolayer, .simpleConvNet, .deepConvNet:
            NamedSet.mnist.rawValue
        case .fashionMNIST: NamedSet.fashionMNIST.rawValue
        case .characters, .charactersLSTM: NamedText.tinyShakespeare.rawValue
        case .backprop, .apples, .convolution, .optimizers2D, .initializers, .gridRandom: nil
        }
    }

    /// Whether it takes minutes; its products gain by a second thread.
    public var takesMinutes: Bool {
        switch self {
        case .simpleConvNet, .deepConvNet, .fashionMNIST, .characters, .charactersLSTM: true
        case .optimizersMNIST, .initializersMNIST, .batchNorm, .weightDecay, .dropout, .overfit,
            .twolayer, .backprop, .apples, .convolution, .optimizers2D, .initializers, .gridRandom:
            false
        }
    }

    /// The lesson of that name; throws with all names where there is none.
    public init(named name: String) throws(KalsaeError) {
        guard let known = Lesson(rawValue: name) else {
            let names = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw KalsaeError("lesson", expected: "one of \(names)", got: "\"\(name)\"")
        }
        self = known
    }

    /// Carries it out; throws where the data are missing.
    public func run() async throws -> LectureReport { try await LessonRunner().run(self) }

    /// Carries out a short form of a lesson on data: one seed, few steps, the same code.
    ///
    /// Numbers that need the whole run are left out or easier. Other lessons run in full, and
    /// the book's convolutional networks, which have no short form, do too.
    package func runShortened() async throws -> LectureReport {
        try await LessonRunner().run(self, isShort: true)
    }

    func shortProgram() throws -> LectureReport {
        switch self {
        case .optimizersMNIST: try OptimizerRace(seeds: 1, steps: 160).report()
        case .initializersMNIST: try InitializerRace(seeds: 1, steps: 160).report()
        case .batchNorm: try BatchNormScales(seeds: 1, scales: [2, 8]).report()
        case .weightDecay: try WeightDecay(seeds: 1, epochs: [0, 50]).report()
        case .dropout: try DropoutRatios(seeds: 1, epochs: [0, 50]).report()
        case .overfit: try Overfitting(seeds: 1, epochs: [0, 50]).report()
        case .twolayer: try TwoLayer(seeds: 1, measurements: 2).report()
        case .fashionMNIST: try FashionTraining().shortened.report()
        case .characters: try CharacterModel.transformer.shortened.report()
        case .charactersLSTM: try CharacterModel.lstm.shortened.report()
        case .backprop, .apples, .convolution, .optimizers2D, .initializers, .gridRandom,
            .simpleConvNet, .deepConvNet:
            try program()
        }
    }

    func program() throws -> LectureReport {
        switch self {
        case .backprop: try Backprop().report()
        case .apples: try Apples().report()
        case .convolution: try ConvolutionSlide().report()
        case .optimizers2D: try OptimizerPaths().report()
        case .optimizersMNIST: try OptimizerRace().report()
        case .initializers: try ActivationHistograms().report()
        case .initializersMNIST: try InitializerRace().report()
        case .batchNorm: try BatchNormScales().report()
        case .weightDecay: try WeightDecay().report()
        case .dropout: try DropoutRatios().report()
        case .overfit: try Overfitting().report()
        case .gridRandom: try SearchScales().report()
        case .twolayer: try TwoLayer().report()
        case .simpleConvNet: try ConvNetTraining.simple.report()
        case .deepConvNet: try ConvNetTraining.deep.report()
        case .fashionMNIST: try FashionTraining().report()
        case .characters: try CharacterModel.transformer.report()
        case .charactersLSTM: try CharacterModel.lstm.report()
        }
    }
}

/// Runs lessons on the thread of the plans, so that their steps start at once.
actor LessonRunner {
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        ComputeThread.shared.asUnownedSerialExecutor()
    }

    func run(
        _ lesson: Lesson, isShort: Bool = false
    ) throws -> LectureReport {
        let clock = ContinuousClock()
        let start = clock.now
        var report = try device(for: lesson).asCurrent {
            try isShort ? lesson.shortProgram() : lesson.program()
        }
        report.seconds = start.duration(to: clock.now).seconds
        return report
    }

    /// A second thread gains nothing for small products, and costs much on a busy machine.
    private func device(for lesson: Lesson) -> Device {
        let isFree = EnvironmentFlag.threads.value.isEmpty
        return isFree && !lesson.takesMinutes ? Device(CPUBackend(threads: 1)) : .current
    }
}
