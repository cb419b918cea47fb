import KalsaeGraph

extension Tensor {
    /// `x²`.
    public func square() -> Tensor { self * self }

    /// `x³`.
    public func cube() -> Tensor { self * self * self }

    /// Logarithm to base 2; -∞ at 0, NaN below.
    public func log2() -> Tensor { log() * 1.4426950408889634 }

    /// Logarithm to base 10; -∞ at 0, NaN below.
    public func log10() -> Tensor { log() * 0.4342944819032518 }

    /// `2^x`.
    public func exp2() -> Tensor { .binary(.power, scalar(2), self) }

    /// The x for which `erf(x)` is this: ±∞ at ±1, NaN beyond.
    ///
    /// By the polynomials of Giles, "Approximating the erfinv function" (2010), refined by
    /// Newton's method in `float64`.
    public func erfInverse() -> Tensor {
        // The polynomials' own derivatives are less exact than the closed form.
        withDerivative { x in
            var root = x.approximateErfInverse()
            for _ in 0..<(x.dtype == .float64 ? 2 : 0) {
                root = root - (root.erf() - x) * (root * root).exp() * 0.886226925452758
            }
            return (x.abs() .== 1).select(x / 0, root)
        } derivative: { x in
            let root = x.erfInverse()
            return (root * root).exp() * 0.886226925452758
        }
    }

    private func approximateErfInverse() -> Tensor {
        let w = -((1 - self) * (self + 1)).log()
        let near = (w - 2.5).polynomial([
            2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
            -0.00125372503, -0.00417768164, 0.246640727, 1.50140941,
        ])
        let far = (w.sqrt() - 3).polynomial([
            -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773,
            -0.0076224613, 0.00943887047, 1.00167406, 2.83297682,
        ])
        return (w .< 5).select(near, far) * self
    }

    /// `c₀ xⁿ + c₁ xⁿ⁻¹ + … + cₙ`, by Horner's rule; 0 without coefficients.
    public func polynomial(_ coefficients: [Double]) -> Tensor {
        guard let first = coefficients.first else { return .zeros(like: self) }
        return coefficients.dropFirst().reduce(filled(first)) { $0 * self + $1 }
    }
}
