import KalsaeSupport

/// A tensor that counts along one axis.
public struct IotaParameters: Hashable, Codable, Sendable {
    /// The result's type; a numeric one.
    public var type: TensorType
    /// The axis along which the numbers grow.
    public var axis: Int

    /// Makes parameters.
    public init(_ type: TensorType, axis: Int) {
        self.type = type
        self.axis = axis
    }
}

/// Random numbers of one distribution, by Philox4x32-10 (Salmon et al., 2011).
public struct RandomParameters: Hashable, Codable, Sendable {
    /// What the numbers are like.
    public enum Distribution: String, CaseIterable, Hashable, Codable, Sendable {
        /// Raw 32-bit words (`int32`).
        case bits
        /// Uniform in [0, 1).
        case uniform
        /// Standard normal.
        case normal
    }

    /// What the numbers are like.
    public var distribution: Distribution
    /// The result's type.
    public var type: TensorType

    /// Makes parameters.
    public init(_ distribution: Distribution, _ type: TensorType) {
        self.distribution = distribution
        self.type = type
    }
}

extension IotaParameters {
    func resultType() throws(KalsaeError) -> TensorType {
        guard type.dtype.hasArithmetic else { throw TypeChecks.unsupported("iota", type.dtype) }
        guard type.shape.indices.contains(axis) else {
            throw KalsaeError("iota", expected: "an axis of \(type.shape)", got: "\(axis)")
        }
        return type
    }
}

extension RandomParameters {
    func resultType(key: TensorType) throws(KalsaeError) -> TensorType {
        try TypeChecks.same("random key", key, TensorType(.int64, [3]))
        let fits =
            switch distribution {
            case .bits: type.dtype == .int32
            case .uniform, .normal: type.dtype.isDifferentiable
            }
        guard fits else {
            throw TypeChecks.unsupported("random \(distribution.rawValue)", type.dtype)
        }
        return type
    }
}

enum OrderingRules {
    static func argSort(_ operand: TensorType) throws(KalsaeError) -> TensorType {
        _ = try lastAxisSize("argSort", operand)
        return TensorType(.int32, operand.shape)
    }

    static func topK(_ operand: TensorType, _ k: Int) throws(KalsaeError) -> TensorType {
        let last = try lastAxisSize("topK", operand)
        guard (0...last).contains(k) else {
            throw KalsaeError("topK", expected: "k from 0 to \(last)", got: "\(k)")
        }
        var shape = operand.shape
        shape[shape.rank - 1] = k
        return TensorType(.int32, shape)
    }

    private static func lastAxisSize(
        _ name: String, _ operand: TensorType
    ) throws(KalsaeError) -> Int {
        guard operand.dtype.hasArithmetic else { throw TypeChecks.unsupported(name, operand.dtype) }
        guard let last = operand.shape.last, last <= Int(Int32.max) else {
            throw KalsaeError(
                name, expected: "at least one axis, its last under 2^31", got: "\(operand.shape)")
        }
        return last
    }
}
