import KalsaeBackend
import KalsaeCPU
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining

/// The numbers and figures of the lectures as programs on the engine that trains real networks.
public enum LectureExperiment: String, CaseIterable, Sendable {
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
        }
    }

    /// Whether it trains on the files of MNIST.
    public var needsMNIST: Bool {
        switch self {
        case .optimizersMNIST, .initializersMNIST, .batchNorm, .weightDecay, .dropout: true
        case .backprop, .apples, .convolution, .optimizers2D, .initializers: false
        }
    }

    /// Whether its products are too small for more than one thread.
    var hasSmallProducts: Bool { true }

    /// The experiment of that name; throws with all names where there is none.
    public init(named name: String) throws(KalsaeError) {
        guard let known = LectureExperiment(rawValue: name) else {
            let names = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw KalsaeError("experiment", expected: "one of \(names)", got: "\"\(name)\"")
        }
        self = known
    }

    /// Carries it out; throws where the data are missing.
    public func run() async throws -> LectureReport { try await LectureStage().run(self) }

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
        }
    }
}

/// Runs experiments on the thread of the plans, so that their steps start at once.
actor LectureStage {
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        ComputeThread.shared.asUnownedSerialExecutor()
    }

    func run(_ experiment: LectureExperiment) throws -> LectureReport {
        let clock = ContinuousClock()
        let start = clock.now
        var report = try device(for: experiment).asCurrent { try experiment.program() }
        report.seconds = start.duration(to: clock.now).seconds
        return report
    }

    /// A second thread gains nothing for small products, and costs much on a busy machine.
    private func device(for experiment: LectureExperiment) -> Device {
        let isFree = EnvironmentFlag.threads.value.isEmpty
        return isFree && experiment.hasSmallProducts ? Device(CPUBackend(threads: 1)) : .current
    }
}
