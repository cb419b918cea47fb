import KalsaeSupport

/// The numbers and figures of the lectures as programs on the engine that trains real networks, in
/// the order in which they are best read.
public enum Lesson: String, CaseIterable, Sendable {
    /// One unit, gates, and what a line separates.
    case perceptron
    /// Exclusive or by three gates and by a hidden layer that is trained.
    case xor
    /// Functions between layers with their slopes.
    case activations
    /// A pass forward in numbers, as products of matrices.
    case forward
    /// Losses, and accuracy.
    case losses
    /// Differences in place of derivatives, and descent along them.
    case numericalGradient = "numerical-gradient"
    /// Small numbers around forward, loss, gradient and computational graphs.
    case apples
    /// The worked 2-2-2 example of backpropagation.
    case backprop
    /// All rows, one row, some rows a step.
    case batches
    /// Six optimizers on x²/20 + y².
    case optimizers2D = "optimizers-2d"
    /// Four optimizers on MNIST.
    case optimizersMNIST = "optimizers-mnist"
    /// Rates that fall.
    case rateDecay = "rate-decay"
    /// The two-layer network of chapters 4 and 5 on MNIST.
    case twolayer
    /// Networks with a memory.
    case recurrent
    /// Histograms of activations for four scales of the first weights.
    case initializers
    /// Three scales of the first weights on MNIST.
    case initializersMNIST = "initializers-mnist"
    /// Gradients by depth.
    case vanishing
    /// Gradients cut to a size.
    case clipping
    /// Batch norm against a plain network at sixteen scales of the first weights.
    case batchNorm = "batch-norm"
    /// What small batches do to batch norm.
    case smallBatches = "small-batches"
    /// Rows normalized by themselves.
    case layerNorm = "layer-norm"
    /// Overfitting on 300 images.
    case overfit
    /// The number of parameters.
    case capacity
    /// Weight decay on 300 images.
    case weightDecay = "weight-decay"
    /// Weights that become zero.
    case sparsity
    /// Dropout on 300 images.
    case dropout
    /// Noise in training.
    case noise
    /// More images from few.
    case augmentation
    /// The 6x6 convolution and pooling slide and the book's 2-D example.
    case convolution
    /// Pooling and its gradient.
    case pooling
    /// Filters and feature maps while a network learns.
    case filters
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
    /// Training, validation and test data kept apart.
    case splits
    /// Grid against random search, and the scales of rates and momenta.
    case gridRandom = "grid-random"
    /// Ranges that narrow.
    case coarseToFine = "coarse-to-fine"
    /// One model that is watched, or many side by side.
    case pandaCaviar = "panda-caviar"

    /// The lesson of that name; throws with all names where there is none.
    public init(named name: String) throws(KalsaeError) {
        guard let known = Lesson(rawValue: name) else {
            let names = Self.allCases.map(\.rawValue)
            throw KalsaeError(
                "lesson", expected: "one of \(names.joined(separator: ", "))", got: "\"\(name)\"",
                advice: SpellingSuggestion.advice(name, in: names))
        }
        self = known
    }

    var plan: LessonPlan {
        switch self {
        case .perceptron: .perceptron
        case .xor: .xor
        case .activations: .activations
        case .forward: .forward
        case .losses: .losses
        case .numericalGradient: .numericalGradient
        case .apples: .apples
        case .backprop: .backprop
        case .batches: .batches
        case .optimizers2D: .optimizers2D
        case .optimizersMNIST: .optimizersMNIST
        case .rateDecay: .rateDecay
        case .twolayer: .twolayer
        case .recurrent: .recurrent
        case .initializers: .initializers
        case .initializersMNIST: .initializersMNIST
        case .vanishing: .vanishing
        case .clipping: .clipping
        case .batchNorm: .batchNorm
        case .smallBatches: .smallBatches
        case .layerNorm: .layerNorm
        case .overfit: .overfit
        case .capacity: .capacity
        case .weightDecay: .weightDecay
        case .sparsity: .sparsity
        case .dropout: .dropout
        case .noise: .noise
        case .augmentation: .augmentation
        case .convolution: .convolution
        case .pooling: .pooling
        case .filters: .filters
        case .simpleConvNet: .simpleConvNet
        case .deepConvNet: .deepConvNet
        case .fashionMNIST: .fashionMNIST
        case .characters: .characters
        case .charactersLSTM: .charactersLSTM
        case .splits: .splits
        case .gridRandom: .gridRandom
        case .coarseToFine: .coarseToFine
        case .pandaCaviar: .pandaCaviar
        }
    }
}
