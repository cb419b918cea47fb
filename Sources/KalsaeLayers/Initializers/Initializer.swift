import Glibc
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// How the numbers of a parameter are drawn before training.
///
/// `fanIn` and `fanOut` are the numbers of inputs and outputs of one unit: the last two axes, times
/// the window for convolutions. In files and commands `heUniform`, `normal(deviation: 0.01)`.
public struct Initializer: NamedFunction {
    /// Name and settings.
    public var settings: FunctionSettings
    private let body: @Sendable (Request) -> Tensor

    /// What is to be drawn.
    private struct Request {
        var shape: Shape
        var key: RandomKey
        var settings: FunctionSettings
        var fans: (fanIn: Double, fanOut: Double)
    }

    private init(
        _ name: String, _ defaults: KeyValuePairs<String, [Double]> = [:],
        body: @escaping @Sendable (Request) -> Tensor
    ) {
        settings = FunctionSettings(name, defaults)
        self.body = body
    }

    /// A parameter of a shape, drawn with the next key of the ``RandomScope`` in force.
    public func parameter(_ shape: Shape) -> Tensor {
        if RandomScope.isBlank { return Tensor.zeros(shape).asParameter() }
        return tensor(shape, key: RandomScope.current.nextKey()).asParameter()
    }

    /// The numbers for a key.
    public func tensor(_ shape: Shape, key: RandomKey) -> Tensor {
        body(Request(shape: shape, key: key, settings: settings, fans: Self.fans(shape)))
    }

    static func fans(_ shape: Shape) -> (fanIn: Double, fanOut: Double) {
        guard shape.rank >= 2 else {
            let size = Double(max(shape.first ?? 1, 1))
            return (size, size)
        }
        let window = shape.sizes.dropLast(2).reduce(1, &*)
        let inputs = window &* shape[shape.rank - 2]
        let outputs = window &* shape[shape.rank - 1]
        return (Double(max(inputs, 1)), Double(max(outputs, 1)))
    }
}

// A new initializer is one row here and its name in `all`.
extension Initializer {
    /// All initializers.
    public static let all: [Initializer] = [
        zeros, ones, constant, identity, uniform, normal, truncatedNormal, glorotUniform,
        glorotNormal, heUniform, heNormal, lecunUniform, lecunNormal, torchUniform, orthogonal,
        varianceScaling,
    ]

    /// 0 everywhere.
    public static let zeros = Initializer("zeros") { .zeros($0.shape) }
    /// 1 everywhere.
    public static let ones = Initializer("ones") { .ones($0.shape) }
    /// One number everywhere.
    public static let constant = Initializer("constant", ["value": [0]]) {
        .full($0.shape, $0.settings["value"])
    }
    /// `gain` on the main diagonal, else 0; for matrices.
    public static let identity = Initializer("identity", ["gain": [1]]) { request in
        guard request.shape.rank == 2 else {
            return Tensor(
                KalsaeError("identity", expected: "a matrix", got: "\(request.shape)"))
        }
        return .eye(request.shape[0], columns: request.shape[1]) * request.settings["gain"]
    }
    /// Uniform from low to high; ±.05 by default, as in Keras.
    public static let uniform = Initializer("uniform", ["low": [-0.05], "high": [0.05]]) {
        .uniform($0.shape, low: $0.settings["low"], high: $0.settings["high"], key: $0.key)
    }
    /// Normal; mean 0 and deviation .05 by default, as in Keras.
    public static let normal = Initializer("normal", ["deviation": [0.05], "mean": [0]]) {
        .normal(
            $0.shape, mean: $0.settings["mean"], deviation: $0.settings["deviation"], key: $0.key)
    }
    /// Normal without what is further than two deviations from the mean; deviation .05 by default,
    /// that of the normal distribution before it is cut.
    public static let truncatedNormal = Initializer(
        "truncatedNormal", ["deviation": [0.05], "mean": [0]]
    ) {
        .truncatedNormal(
            $0.shape, mean: $0.settings["mean"], deviation: $0.settings["deviation"], key: $0.key)
    }
    /// Uniform in ±√(6 / (fanIn + fanOut)) (Glorot and Bengio, 2010); Keras's default.
    public static let glorotUniform = Initializer("glorotUniform") {
        uniform($0, sqrt(6 / ($0.fans.fanIn + $0.fans.fanOut)))
    }
    /// Normal, deviation √(2 / (fanIn + fanOut)).
    public static let glorotNormal = Initializer("glorotNormal") {
        normal($0, sqrt(2 / ($0.fans.fanIn + $0.fans.fanOut)))
    }
    /// Uniform in ±√(6 / fanIn) (He et al., 2015).
    public static let heUniform = Initializer("heUniform") { uniform($0, sqrt(6 / $0.fans.fanIn)) }
    /// Normal, deviation √(2 / fanIn).
    public static let heNormal = Initializer("heNormal") { normal($0, sqrt(2 / $0.fans.fanIn)) }
    /// Uniform in ±√(3 / fanIn) (LeCun et al., 1998).
    public static let lecunUniform = Initializer("lecunUniform") {
        uniform($0, sqrt(3 / $0.fans.fanIn))
    }
    /// Normal, deviation √(1 / fanIn): the lectures' Xavier.
    public static let lecunNormal = Initializer("lecunNormal") {
        normal($0, sqrt(1 / $0.fans.fanIn))
    }
    /// Uniform in ±1/√fanIn; PyTorch's default for weights (`kaiming_uniform_` with a = √5).
    public static let torchUniform = Initializer("torchUniform") {
        uniform($0, 1 / sqrt($0.fans.fanIn))
    }
    /// Columns (or rows, if there are fewer) at right angles and of length `gain` (Saxe et al.,
    /// 2014); all axes but the last count as rows.
    public static let orthogonal = Initializer("orthogonal", ["gain": [1]]) {
        Orthogonal.tensor($0.shape, gain: $0.settings["gain"], key: $0.key)
    }
    /// Variance `scale / n`: n is fanIn (`mode` 0, the default), fanOut (1) or their mean (2);
    /// normal cut at two deviations (`distribution` 0, the default), normal (1) or uniform (2).
    public static let varianceScaling = Initializer(
        "varianceScaling", ["scale": [1], "mode": [0], "distribution": [0]]
    ) { request in
        let (fanIn, fanOut) = request.fans
        let modes = [fanIn, fanOut, (fanIn + fanOut) / 2]
        let (mode, kind) = (
            request.settings[integer: "mode"], request.settings[integer: "distribution"]
        )
        let scale = request.settings["scale"]
        guard modes.indices.contains(mode), (0...2).contains(kind), scale > 0 else {
            return Tensor(
                KalsaeError(
                    "varianceScaling",
                    expected: "a scale above 0, mode and distribution from 0 to 2",
                    got: "\(scale), \(mode), \(kind)"))
        }
        let deviation = sqrt(scale / modes[mode])
        switch kind {
        case 1: return normal(request, deviation)
        case 2: return uniform(request, sqrt(3) * deviation)
        default:
            // The deviation of a normal distribution that is cut at ±2, so that the cut one has 1.
            return .truncatedNormal(
                request.shape, deviation: deviation / 0.8796256610342398, key: request.key)
        }
    }

    /// Keras's default for weights.
    public static let keras = glorotUniform
    /// PyTorch's default for weights.
    public static let torch = torchUniform

    /// One number everywhere.
    public static func constant(_ value: Double) -> Initializer { constant.with("value", value) }
    /// Uniform from low to high.
    public static func uniform(low: Double, high: Double) -> Initializer {
        uniform.with("low", low).with("high", high)
    }
    /// Normal with a deviation.
    public static func normal(deviation: Double, mean: Double = 0) -> Initializer {
        normal.with("deviation", deviation).with("mean", mean)
    }
    /// Normal, cut at two deviations.
    public static func truncatedNormal(deviation: Double, mean: Double = 0) -> Initializer {
        truncatedNormal.with("deviation", deviation).with("mean", mean)
    }
    /// Orthogonal times a gain.
    public static func orthogonal(gain: Double) -> Initializer { orthogonal.with("gain", gain) }
    /// PyTorch's default for the bias of a unit with some inputs: uniform in ±1/√fanIn.
    public static func torchBias(fanIn: Int) -> Initializer {
        let limit = 1 / sqrt(Double(max(fanIn, 1)))
        return uniform(low: -limit, high: limit)
    }

    private static func uniform(_ request: Request, _ limit: Double) -> Tensor {
        .uniform(request.shape, low: -limit, high: limit, key: request.key)
    }

    private static func normal(_ request: Request, _ deviation: Double) -> Tensor {
        .normal(request.shape, deviation: deviation, key: request.key)
    }
}
