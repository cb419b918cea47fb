import KalsaeGraph

extension Tensor {
    /// Whether elements are not numbers, as `bool`.
    public func isNaN() -> Tensor { self .!= self }

    /// Whether elements are neither infinite nor NaN, as `bool`.
    public func isFinite() -> Tensor {
        dtype.isFloat ? abs() .< .infinity : self .== self
    }

    /// Whether elements are ∞ or -∞, as `bool`.
    public func isInfinite() -> Tensor {
        dtype.isFloat ? abs() .== .infinity : self .!= self
    }

    /// Whether any element over some axes (over all without `axes`) is true, or not 0.
    public func any(
        axes: [Int]? = nil, keepsAxes: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        countNonZero(axes: axes, keepsAxes: keepsAxes, file: file, line: line) .> 0
    }

    /// Whether all elements over some axes (over all without `axes`) are true, or not 0.
    public func all(
        axes: [Int]? = nil, keepsAxes: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        let falseOnes = (!truth).sum(axes: axes, keepsAxes: keepsAxes, file: file, line: line)
        return falseOnes .== 0
    }

    /// How many elements over some axes (over all without `axes`) are not 0, as `int64`.
    public func countNonZero(
        axes: [Int]? = nil, keepsAxes: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        truth.sum(axes: axes, keepsAxes: keepsAxes, file: file, line: line)
    }

    /// Whether exactly one of two `bool` elements is true.
    public func logicalXor(_ other: Tensor) -> Tensor { truth .!= other.truth }

    /// Whether elements are equal up to `absolute + relative · |other|`, as `bool`.
    ///
    /// Equal infinities are close; NaN is close to nothing, or to NaN with `nanEqual`.
    public func isClose(
        to other: Tensor, relative: Double = 1e-5, absolute: Double = 1e-8, nanEqual: Bool = false
    ) -> Tensor {
        let isNear = (self - other).abs() .<= other.abs() * relative + absolute
        // |other| = ∞ would let everything pass.
        let result = (self .== other) .| (isNear .& other.isFinite())
        return nanEqual ? result .| (isNaN() .& other.isNaN()) : result
    }

    /// Whether all elements are close, as one `bool`; see ``isClose(to:relative:absolute:nanEqual:)``.
    public func allClose(
        to other: Tensor, relative: Double = 1e-5, absolute: Double = 1e-8, nanEqual: Bool = false
    ) -> Tensor {
        isClose(to: other, relative: relative, absolute: absolute, nanEqual: nanEqual).all()
    }

    /// Numbers in place of NaN and the infinities; without them 0 and the largest of the type.
    ///
    /// The gradient of a replaced element is 0.
    public func nanToNum(
        nan: Double = 0, positiveInfinity: Double? = nil, negativeInfinity: Double? = nil
    ) -> Tensor {
        guard fault == nil, dtype.isFloat else { return self }
        let largest =
            dtype == .float64
            ? Double.greatestFiniteMagnitude : Double(Float.greatestFiniteMagnitude)
        return replacing(with: nan, where: isNaN())
            .replacing(with: positiveInfinity ?? largest, where: self .== .infinity)
            .replacing(with: negativeInfinity ?? -largest, where: self .== -.infinity)
    }

    /// This tensor with one number where a `bool` mask is true; the mask's shape broadcasts.
    public func replacing(
        with value: Double, where mask: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        mask.select(scalar(value), self, file: file, line: line)
    }

    /// This tensor with another's elements where a `bool` mask is true; shapes broadcast.
    @_disfavoredOverload  // a literal is a Double: see Decisions/0006
    public func replacing(
        with other: Tensor, where mask: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        mask.select(other, self, file: file, line: line)
    }

    /// The elements as `bool`: themselves, or whether they are not 0.
    private var truth: Tensor { fault == nil && dtype != .bool ? self .!= 0 : self }
}
