import KalsaeGraph

extension Tensor {
    /// `max(x, 0)`; the gradient at 0 is 0, and NaN stays NaN.
    public func relu() -> Tensor { (self .<= 0).select(.zeros(like: self), self) }

    /// `min(max(x, 0), 6)`; the gradient at 0 and 6 is 0.
    public func relu6() -> Tensor { hardTanh(low: 0, high: 6) }

    /// `x`, and `slope · x` below 0; the gradient at 0 is `slope`.
    public func leakyRelu(slope: Double = 0.01) -> Tensor {
        (self .<= 0).select(self * slope, self)
    }

    /// `x`, and `slope · x` below 0 with a slope that is learned; its shape broadcasts to this
    /// tensor's.
    public func prelu(_ slope: Tensor) -> Tensor { (self .<= 0).select(self * slope, self) }

    /// `x`, and `alpha · (e^x - 1)` below 0.
    public func elu(alpha: Double = 1) -> Tensor { relu() + negativePart.expm1() * alpha }

    /// `x`, and `alpha · (e^(x / alpha) - 1)` below 0: smooth at 0 for every alpha.
    public func celu(alpha: Double = 1) -> Tensor {
        relu() + (negativePart / alpha).expm1() * alpha
    }

    /// The self-normalizing ELU (Klambauer et al., 2017): `1.0507 · elu(x, alpha: 1.6733)`.
    public func selu() -> Tensor { elu(alpha: 1.6732632423543772) * 1.0507009873554805 }

    /// `x · Φ(x)` with the normal distribution's Φ (Hendrycks and Gimpel, 2016).
    ///
    /// - Parameter approximate: use `x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))` instead.
    public func gelu(approximate: Bool = false) -> Tensor {
        guard approximate else {
            return withCustomGradient([self]) {
                $0[0] * $0[0].standardNormalShare()
            } backward: { upstream in
                // One number an element to keep in between: Φ(x) + x φ(x).
                let density = (self * self * -0.5).exp() * 0.3989422804014327
                return [upstream * (self.standardNormalShare() + self * density)]
            }
        }
        let inner = self * (self * self * 0.044715 + 1) * 0.7978845608028654
        return self * 0.5 * (inner.tanh() + 1)
    }

    /// `Φ(x)`, the share of a standard normal distribution below x.
    private func standardNormalShare() -> Tensor { ((self * 0.7071067811865476).erf() + 1) * 0.5 }

    /// `x · sigmoid(x)`, also known as swish.
    public func silu() -> Tensor { self * sigmoid() }

    /// `x · sigmoid(beta · x)`; `silu()` for beta 1.
    public func swish(beta: Double = 1) -> Tensor {
        beta == 1 ? silu() : self * (self * beta).sigmoid()
    }

    /// `min(max(x + 3, 0), 6) / 6`.
    public func hardSigmoid() -> Tensor { (self + 3).relu6() / 6 }

    /// `x · min(max(x + 3, 0), 6) / 6`.
    public func hardSwish() -> Tensor { self * hardSigmoid() }

    /// `x · tanh(softplus(x))` (Misra, 2019).
    public func mish() -> Tensor {
        // tanh(log(1 + e)) = (e² + 2e) / (e² + 2e + 2): one exponential in place of three functions.
        // Beyond 20 the quotient is 1 in float64 too, and e² stays finite.
        let power = minimum(20).exp()
        let numerator = power * (power + 2)
        return self * (numerator / (numerator + 2))
    }

    /// `log(1 + e^x)`, without overflow.
    public func softplus() -> Tensor {
        // |x| has a kink at 0 that the value has not, so its second derivative would be wrong.
        withDerivative {
            $0.relu() + (-$0.abs()).exp().log1p()
        } derivative: {
            $0.sigmoid()
        }
    }

    /// `log(sigmoid(x)) = -softplus(-x)`, without overflow.
    public func logSigmoid() -> Tensor { -(-self).softplus() }

    /// `x / (1 + |x|)`.
    public func softsign() -> Tensor { self / (abs() + 1) }

    /// `x` between two numbers, else the nearer of them; the gradient at and beyond both is 0.
    public func hardTanh(low: Double = -1, high: Double = 1) -> Tensor {
        let cut = (self .<= low).select(filled(low), self)
        return (self .>= high).select(filled(high), cut)
    }

    /// 0 below 0, 1 above, and a number of choice at 0; no gradient.
    public func step(atZero value: Double = 0) -> Tensor {
        (self .== 0).select(filled(value), (self .> 0).cast(to: dtype))
    }

    /// `sin(x) / x`, and 1 at 0.
    public func sinc() -> Tensor {
        guard fault == nil else { return self }
        // The quotient loses the digits of its derivatives near 0; there is the series to x^18.
        let isNear = abs() .< 1
        let square = isNear.select(self, .zeros(like: self)).square()
        var coefficients: [Double] = [1]
        for term in 1...9 {
            coefficients.append(-(coefficients[term - 1]) / Double(2 * term * (2 * term + 1)))
        }
        let far = isNear.select(.ones(like: self), self)
        return isNear.select(square.polynomial(coefficients.reversed()), far.sin() / far)
    }

    /// The first half of an axis times the sigmoid of the second (Dauphin et al., 2016):
    /// `[…, 2n, …] → […, n, …]`.
    public func glu(
        axis: Int = -1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let site = CallSite(file: file, line: line)
        return withAxis(axis, "glu", site) { axis in
            guard shape[axis] % 2 == 0 else {
                return .fault(
                    "glu", expected: "an even size", got: "axis \(axis) of \(shape)",
                    operands: [self], site: site)
            }
            let half = shape[axis] / 2
            let parts = split(sizes: [half, half], axis: axis)
            return parts[0] * parts[1].sigmoid()
        }
    }

    /// `min(x, 0)` with gradient 1 at 0: what the exponential of an ELU may see.
    private var negativePart: Tensor { (self .<= 0).select(self, .zeros(like: self)) }
}
