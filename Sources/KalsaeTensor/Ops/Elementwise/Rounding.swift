import KalsaeGraph

extension Tensor {
    /// The whole number towards zero; no gradient.
    public func trunc() -> Tensor { (self .< 0).select(ceil(), floor()) }

    /// What is behind the point, with the sign of x: `x - trunc(x)`; the gradient is 1.
    public func frac() -> Tensor { self - trunc() }

    /// The nearest number of a range; the gradient is 1 inside and at its bounds, 0 beyond.
    public func clipped(to range: ClosedRange<Double>) -> Tensor {
        clipped(to: range.lowerBound...).clipped(to: ...range.upperBound)
    }

    /// The larger of each element and a bound; the gradient is 1 at the bound, 0 below.
    public func clipped(to range: PartialRangeFrom<Double>) -> Tensor {
        (self .< range.lowerBound).select(filled(range.lowerBound), self)
    }

    /// The smaller of each element and a bound; the gradient is 1 at the bound, 0 above.
    public func clipped(to range: PartialRangeThrough<Double>) -> Tensor {
        (self .> range.upperBound).select(filled(range.upperBound), self)
    }

    /// This plus a part of the way to another tensor: `self + (other - self) · weight`.
    public func lerp(to other: Tensor, weight: Double) -> Tensor {
        self + (other - self) * weight
    }

    /// This plus a part of the way to another tensor: `self + (other - self) · weight`.
    @_disfavoredOverload  // a literal is a Double: see Decisions/0006
    public func lerp(to other: Tensor, weight: Tensor) -> Tensor {
        self + (other - self) * weight
    }
}
