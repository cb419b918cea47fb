import KalsaeGraph

/// How far two numbers may lie apart: `absolute + relative · |expected|`.
public struct Tolerance: Sendable, Hashable {
    /// The part that grows with the expected number.
    public var relative: Double
    /// The part that is always allowed.
    public var absolute: Double

    /// Makes a tolerance.
    public init(relative: Double, absolute: Double) {
        self.relative = relative
        self.absolute = absolute
    }

    /// The same tolerance for numbers whose errors are `factor` times as large, as sums' are.
    public func scaled(by factor: Double) -> Tolerance {
        Tolerance(relative: relative * factor, absolute: absolute * factor)
    }

    /// What a short computation in a type may lose: about eight units in the last place.
    ///
    /// Whole numbers must be equal; for them the tolerance is not used.
    public static func standard(for dtype: DType) -> Tolerance {
        switch dtype {
        case .float64: Tolerance(relative: 2e-15, absolute: 2e-15)
        case .float32: Tolerance(relative: 1e-6, absolute: 1e-6)
        case .float16: Tolerance(relative: 1e-3, absolute: 1e-6)
        case .bfloat16: Tolerance(relative: 8e-3, absolute: 1e-6)
        case .int32, .int64, .uint8, .bool: Tolerance(relative: 1e-300, absolute: 1e-300)
        }
    }

    /// Whether it allows something without allowing everything.
    var isPositive: Bool {
        relative > 0 && absolute > 0 && relative.isFinite && absolute.isFinite
    }
}
