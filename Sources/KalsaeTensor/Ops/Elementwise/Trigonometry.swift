import KalsaeGraph

extension Tensor {
    /// Tangent of radians.
    public func tan() -> Tensor { sin() / cos() }

    /// Arc sine, in -π/2 ... π/2; NaN beyond ±1, where the gradient is infinite.
    public func asin() -> Tensor {
        // The automatic gradient at ±1 would be ∞ · 0.
        withDerivative {
            $0.atan2(((1 - $0) * ($0 + 1)).sqrt())
        } derivative: {
            ((1 - $0) * ($0 + 1)).rsqrt()
        }
    }

    /// Arc cosine, in 0 ... π; NaN beyond ±1, where the gradient is infinite.
    public func acos() -> Tensor {
        // The automatic gradient at ±1 would be ∞ · 0.
        withDerivative {
            ((1 - $0) * ($0 + 1)).sqrt().atan2($0)
        } derivative: {
            -((1 - $0) * ($0 + 1)).rsqrt()
        }
    }

    /// Hyperbolic sine, `(e^x - e^-x) / 2`, exact for small x and up to the largest result.
    public func sinh() -> Tensor {
        // The automatic gradient would pass through branches not taken.
        withDerivative { x in
            let size = x.abs()
            // Beyond 20 the smaller term is lost, and e^x itself overflows before its half does.
            let root = (size * 0.5).exp()
            let large = x.sign() * (root * 0.5 * root)
            return (size .> 20).select(large, (x.expm1() - (-x).expm1()) * 0.5)
        } derivative: {
            $0.cosh()
        }
    }

    /// Hyperbolic cosine, `(e^x + e^-x) / 2`, up to the largest result.
    public func cosh() -> Tensor {
        withDerivative { x in
            let root = (x.abs() * 0.5).exp()
            let inverse = (x.abs() * -0.5).exp()
            return root * 0.5 * root + inverse * 0.5 * inverse
        } derivative: {
            $0.sinh()
        }
    }

    /// Inverse hyperbolic sine, `log(x + √(x² + 1))`, exact for small x.
    public func asinh() -> Tensor {
        // The automatic gradient would pass through the sign and through branches not taken.
        withDerivative { x in
            let size = x.abs()
            let square = size * size
            let exact = (size + square / ((square + 1).sqrt() + 1)).log1p()
            // Beyond 1e8 the square adds nothing and could overflow.
            return x.sign() * (size .> 1e8).select(size.log() + 0.6931471805599453, exact)
        } derivative: {
            ($0 * $0 + 1).rsqrt()
        }
    }

    /// Inverse hyperbolic cosine, `log(x + √(x² - 1))`; NaN below 1.
    public func acosh() -> Tensor {
        // The automatic gradient would pass through branches not taken.
        withDerivative { x in
            let excess = x - 1
            let exact = (excess + (excess * (x + 1)).sqrt()).log1p()
            return (x .> 1e8).select(x.log() + 0.6931471805599453, exact)
        } derivative: {
            ($0 - 1).rsqrt() * ($0 + 1).rsqrt()
        }
    }

    /// Inverse hyperbolic tangent, `log((1 + x) / (1 - x)) / 2`; ±∞ at ±1, NaN beyond.
    public func atanh() -> Tensor { (log1p() - (-self).log1p()) * 0.5 }

    /// The length of the vector (x: `self`, y: `other`), without overflow; its gradient at the
    /// origin is 0.
    public func hypot(_ other: Tensor) -> Tensor {
        let (x, y) = Tensor.aligned("hypot", self, other)
        // The automatic gradient would have kinks where |x| = |y|.
        return withCustomGradient([x, y]) { operands in
            let (first, second) = (operands[0].abs(), operands[1].abs())
            let larger = first.maximum(second)
            let ratio = first.minimum(second) / (larger .== 0).select(.ones(like: larger), larger)
            return larger * (ratio * ratio + 1).sqrt()
        } backward: { upstream in
            let length = x.hypot(y)
            let scale = upstream / (length .== 0).select(.ones(like: length), length)
            return [scale * x, scale * y]
        }
    }
}
