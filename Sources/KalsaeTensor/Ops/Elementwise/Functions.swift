import KalsaeGraph

extension Tensor {
    /// `|x|`; the gradient at 0 is 0.
    public func abs() -> Tensor { unary(.absolute) }
    /// -1, 0 or 1.
    public func sign() -> Tensor { unary(.sign) }
    /// `e^x`.
    public func exp() -> Tensor { unary(.exp) }
    /// `e^x - 1`, exact for small x.
    public func expm1() -> Tensor { unary(.expm1) }
    /// Natural logarithm; -∞ at 0, NaN below.
    public func log() -> Tensor { unary(.log) }
    /// `log(1 + x)`, exact for small x.
    public func log1p() -> Tensor { unary(.log1p) }
    /// Square root; NaN below 0.
    public func sqrt() -> Tensor { unary(.sqrt) }
    /// `1 / √x`.
    public func rsqrt() -> Tensor { unary(.rsqrt) }
    /// `1 / x`.
    public func reciprocal() -> Tensor { unary(.reciprocal) }
    /// Sine of radians.
    public func sin() -> Tensor { unary(.sin) }
    /// Cosine of radians.
    public func cos() -> Tensor { unary(.cos) }
    /// Arc tangent, in -π/2 ... π/2.
    public func atan() -> Tensor { unary(.atan) }
    /// Hyperbolic tangent.
    public func tanh() -> Tensor { unary(.tanh) }
    /// `1 / (1 + e^-x)`.
    public func sigmoid() -> Tensor { unary(.sigmoid) }
    /// The error function, `2/√π ∫₀ˣ e^(-t²) dt`.
    public func erf() -> Tensor { unary(.erf) }
    /// The largest whole number not above x; no gradient.
    public func floor() -> Tensor { unary(.floor) }
    /// The smallest whole number not below x; no gradient.
    public func ceil() -> Tensor { unary(.ceil) }
    /// The nearest whole number, halves to the even one; no gradient.
    public func round() -> Tensor { unary(.round) }
    /// Not, of a `bool` tensor.
    public static prefix func ! (operand: Tensor) -> Tensor { operand.unary(.logicalNot) }

    func unary(_ operation: UnaryOperation) -> Tensor { .apply(.unary(operation), [self]) }
}

extension UnaryOperation {
    /// `upstream · f'(x)`, with f' written by the result where that is cheaper.
    func gradient(_ context: GradientContext) -> Tensor? {
        let (x, y, upstream) = (context.operand, context.result, context.upstream)
        switch self {
        case .negate: return -upstream
        case .absolute: return upstream * x.sign()
        case .exp: return upstream * y
        case .expm1: return upstream * (y + 1)
        case .log: return upstream / x
        case .log1p: return upstream / (x + 1)
        case .sqrt: return upstream / y * 0.5
        case .rsqrt: return upstream * y * y * y * -0.5
        case .reciprocal: return -(upstream * y * y)
        case .sin: return upstream * x.cos()
        case .cos: return -(upstream * x.sin())
        case .atan: return upstream / (x * x + 1)
        case .tanh: return upstream * (1 - y * y)
        case .sigmoid: return upstream * (y * (1 - y))
        case .erf: return upstream * (-(x * x)).exp() * 1.1283791670955126
        case .sign, .floor, .ceil, .round, .logicalNot: return nil
        }
    }
}
