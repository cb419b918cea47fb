import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A function between layers, by name: plain data that files and settings can hold.
///
/// `.relu`, `.leakyRelu(slope: 0.1)`; in files and commands `relu`, `leakyRelu(0.1)`. Formulas,
/// kinks and far-out values stand with the functions of `Tensor`.
public struct Activation: NamedFunction {
    /// Name and settings.
    public var settings: FunctionSettings
    /// The initializer that suits weights in front of the function: He's for ReLU and what is like
    /// it, LeCun's for SELU, else Glorot's.
    public let initializer: Initializer
    private let body: @Sendable (Tensor, FunctionSettings) -> Tensor

    /// Makes a function; it is found by name where ``all`` lists it.
    private init(
        _ name: String, _ defaults: KeyValuePairs<String, [Double]> = [:],
        initializer: Initializer = .glorotUniform,
        body: @escaping @Sendable (Tensor, FunctionSettings) -> Tensor
    ) {
        settings = FunctionSettings(name, defaults)
        self.initializer = initializer
        self.body = body
    }

    /// The function's value: of each element by itself, or along the last axis.
    public func callAsFunction(_ x: Tensor) -> Tensor { body(x, settings) }
}

// A new activation is one row here and its name in `all`.
extension Activation {
    /// All activations.
    public static let all: [Activation] = [
        identity, relu, sigmoid, tanh, softmax, step, hardSigmoid, hardTanh, softplus, softsign,
        relu6, leakyRelu, elu, selu, celu, gelu, geluTanh, silu, swish, hardSwish, mish,
        logSigmoid, sinc, logSoftmax, glu, exponential,
    ]

    /// x itself.
    public static let identity = Activation("identity") { x, _ in x }
    /// max(x, 0).
    public static let relu = Activation("relu", initializer: .heUniform) { x, _ in x.relu() }
    /// 1 / (1 + e^-x).
    public static let sigmoid = Activation("sigmoid") { x, _ in x.sigmoid() }
    /// Hyperbolic tangent.
    public static let tanh = Activation("tanh") { x, _ in x.tanh() }
    /// e^x over its sum along the last axis.
    public static let softmax = Activation("softmax") { x, _ in x.softmax() }
    /// 1 above a threshold, else 0; no gradient. The threshold is 0 by default.
    public static let step = Activation("step", ["threshold": [0]]) { x, settings in
        (x - settings["threshold"]).step()
    }
    /// min(max(x + 3, 0), 6) / 6.
    public static let hardSigmoid = Activation("hardSigmoid") { x, _ in x.hardSigmoid() }
    /// x between -1 and 1, else the nearer of them.
    public static let hardTanh = Activation("hardTanh", ["low": [-1], "high": [1]]) { x, settings in
        x.hardTanh(low: settings["low"], high: settings["high"])
    }
    /// log(1 + e^x).
    public static let softplus = Activation("softplus") { x, _ in x.softplus() }
    /// x / (1 + |x|).
    public static let softsign = Activation("softsign") { x, _ in x.softsign() }
    /// min(max(x, 0), 6).
    public static let relu6 = Activation("relu6", initializer: .heUniform) { x, _ in x.relu6() }
    /// x, and slope · x below 0; the slope is .01 by default.
    public static let leakyRelu = Activation(
        "leakyRelu", ["slope": [0.01]], initializer: .heUniform
    ) { x, settings in x.leakyRelu(slope: settings["slope"]) }
    /// x, and alpha · (e^x - 1) below 0; alpha is 1 by default.
    public static let elu = Activation(
        "elu", ["alpha": [1]], initializer: .heUniform
    ) { x, settings in x.elu(alpha: settings["alpha"]) }
    /// 1.0507 · elu(x, alpha: 1.6733), self-normalizing.
    public static let selu = Activation("selu", initializer: .lecunNormal) { x, _ in x.selu() }
    /// x, and alpha · (e^(x / alpha) - 1) below 0; alpha is 1 by default.
    public static let celu = Activation(
        "celu", ["alpha": [1]], initializer: .heUniform
    ) { x, settings in x.celu(alpha: settings["alpha"]) }
    /// x · Φ(x) with the normal distribution's Φ.
    public static let gelu = Activation("gelu", initializer: .heUniform) { x, _ in x.gelu() }
    /// GELU's usual approximation by tanh.
    public static let geluTanh = Activation("geluTanh", initializer: .heUniform) { x, _ in
        x.gelu(approximate: true)
    }
    /// x · sigmoid(x).
    public static let silu = Activation("silu", initializer: .heUniform) { x, _ in x.silu() }
    /// x · sigmoid(beta · x); beta is 1 by default, which is SiLU.
    public static let swish = Activation(
        "swish", ["beta": [1]], initializer: .heUniform
    ) { x, settings in x.swish(beta: settings["beta"]) }
    /// x · min(max(x + 3, 0), 6) / 6.
    public static let hardSwish = Activation("hardSwish", initializer: .heUniform) { x, _ in
        x.hardSwish()
    }
    /// x · tanh(softplus(x)).
    public static let mish = Activation("mish", initializer: .heUniform) { x, _ in x.mish() }
    /// log(sigmoid(x)).
    public static let logSigmoid = Activation("logSigmoid") { x, _ in x.logSigmoid() }
    /// sin(x) / x, and 1 at 0.
    public static let sinc = Activation("sinc") { x, _ in x.sinc() }
    /// x less the logarithm of the sum of e^x, along the last axis.
    public static let logSoftmax = Activation("logSoftmax") { x, _ in x.logSoftmax() }
    /// The first half of the last axis times the sigmoid of the second: its size is halved.
    public static let glu = Activation("glu") { x, _ in x.glu() }

    /// e^x: rates and amounts, which are above 0.
    public static let exponential = Activation("exponential") { x, _ in x.exp() }

    /// 1 above a threshold, else 0.
    public static func step(at threshold: Double) -> Activation {
        step.with("threshold", threshold)
    }
    /// x, and slope · x below 0.
    public static func leakyRelu(slope: Double) -> Activation { leakyRelu.with("slope", slope) }
    /// x, and alpha · (e^x - 1) below 0.
    public static func elu(alpha: Double) -> Activation { elu.with("alpha", alpha) }
    /// x, and alpha · (e^(x / alpha) - 1) below 0.
    public static func celu(alpha: Double) -> Activation { celu.with("alpha", alpha) }
    /// x · sigmoid(beta · x).
    public static func swish(beta: Double) -> Activation { swish.with("beta", beta) }
}
