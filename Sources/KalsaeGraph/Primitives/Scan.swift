import KalsaeSupport

/// How a scan joins each element with those before it; the raw value is the name in graphs.
public enum Scan: String, CaseIterable, Hashable, Codable, Sendable {
    /// Running sums; of `float32` in `Double`, whole numbers wrap.
    case sum = "cumulativeSum"
    /// The largest so far, NaN from the first NaN on; of nothing the least number of the type.
    case maximum = "cumulativeMaximum"
}

/// The axis and the direction of a scan.
public struct ScanParameters: Hashable, Codable, Sendable {
    /// The axis.
    public var axis: Int
    /// Whether an element is left out of its own result.
    public var exclusive: Bool
    /// Whether the scan runs from the end.
    public var reverse: Bool

    /// Makes parameters.
    public init(axis: Int, exclusive: Bool = false, reverse: Bool = false) {
        self.axis = axis
        self.exclusive = exclusive
        self.reverse = reverse
    }
}

extension Scan {
    func resultType(
        _ operand: TensorType, _ parameters: ScanParameters
    ) throws(KalsaeError) -> TensorType {
        guard operand.dtype.hasArithmetic else {
            throw TypeChecks.unsupported(rawValue, operand.dtype)
        }
        guard operand.shape.indices.contains(parameters.axis) else {
            throw KalsaeError(
                rawValue, expected: "an axis of \(operand.shape)", got: "\(parameters.axis)")
        }
        return operand
    }
}
