import KalsaeGraph

infix operator .== : ComparisonPrecedence
infix operator .!= : ComparisonPrecedence
infix operator .< : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .> : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence
infix operator .& : LogicalConjunctionPrecedence
infix operator .| : LogicalDisjunctionPrecedence

extension Tensor {
    /// Whether elements are equal, as `bool`; NaN equals nothing.
    public static func .== (left: Tensor, right: Tensor) -> Tensor { compare(.equal, left, right) }
    /// Whether elements differ, as `bool`.
    public static func .!= (left: Tensor, right: Tensor) -> Tensor { !(left .== right) }
    /// Whether left elements are smaller, as `bool`.
    public static func .< (left: Tensor, right: Tensor) -> Tensor { compare(.less, left, right) }
    /// Whether left elements are smaller or equal, as `bool`.
    public static func .<= (left: Tensor, right: Tensor) -> Tensor {
        compare(.lessOrEqual, left, right)
    }
    /// Whether left elements are larger, as `bool`.
    public static func .> (left: Tensor, right: Tensor) -> Tensor { compare(.less, right, left) }
    /// Whether left elements are larger or equal, as `bool`.
    public static func .>= (left: Tensor, right: Tensor) -> Tensor {
        compare(.lessOrEqual, right, left)
    }

    /// Whether elements equal a number.
    public static func .== (left: Tensor, right: some TensorElement & Numeric) -> Tensor {
        left .== left.scalar(right)
    }
    /// Whether elements differ from a number.
    public static func .!= (left: Tensor, right: some TensorElement & Numeric) -> Tensor {
        left .!= left.scalar(right)
    }
    /// Whether elements are smaller than a number.
    public static func .< (left: Tensor, right: some TensorElement & Numeric) -> Tensor {
        left .< left.scalar(right)
    }
    /// Whether elements are at most a number.
    public static func .<= (left: Tensor, right: some TensorElement & Numeric) -> Tensor {
        left .<= left.scalar(right)
    }
    /// Whether elements are larger than a number.
    public static func .> (left: Tensor, right: some TensorElement & Numeric) -> Tensor {
        left .> left.scalar(right)
    }
    /// Whether elements are at least a number.
    public static func .>= (left: Tensor, right: some TensorElement & Numeric) -> Tensor {
        left .>= left.scalar(right)
    }

    /// And, of `bool` tensors.
    public static func .& (left: Tensor, right: Tensor) -> Tensor {
        binary(.logicalAnd, left, right)
    }
    /// Or, of `bool` tensors.
    public static func .| (left: Tensor, right: Tensor) -> Tensor {
        binary(.logicalOr, left, right)
    }

    private static func compare(
        _ comparison: Comparison, _ left: Tensor, _ right: Tensor
    ) -> Tensor {
        let (left, right) = aligned(comparison.rawValue, left, right)
        return .apply(.compare(comparison), [left, right])
    }

    /// Elements of `first` where this `bool` tensor is true, else of `second`.
    public func select(
        _ first: Tensor, _ second: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let site = CallSite(file: file, line: line)
        let (both, other) = Tensor.aligned("select", first, second)
        let (condition, left) = Tensor.aligned("select", self, both)
        for tensor in [condition, left, other] where tensor.fault != nil { return tensor }
        let right = other.broadcast(to: left.shape)
        return .apply(.select, [condition, left, right], site: site)
    }

    /// The same numbers in another type: floats to the nearest, to whole numbers towards zero.
    public func cast(to dtype: DType) -> Tensor {
        guard fault == nil, dtype != self.dtype else { return self }
        return .apply(.cast(dtype), [self])
    }
}

enum SelectOperation {
    static func gradient(_ context: GradientContext, for index: Int) -> Tensor? {
        guard index > 0 else { return nil }
        let zeros = Tensor.zeros(like: context.upstream)
        let condition = context.operands[0]
        return index == 1
            ? condition.select(context.upstream, zeros) : condition.select(zeros, context.upstream)
    }
}

enum CastOperation {
    static func gradient(_ context: GradientContext) -> Tensor? {
        let dtype = context.operand.dtype
        return dtype.isFloat && context.upstream.dtype.isFloat
            ? context.upstream.cast(to: dtype) : nil
    }
}
