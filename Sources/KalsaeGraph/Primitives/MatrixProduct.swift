import KalsaeSupport

/// Which operands of a matrix product are read transposed.
public struct MatrixProductParameters: Hashable, Codable, Sendable {
    /// The left operand is stored `[…, k, m]`.
    public var transposeLeft: Bool
    /// The right operand is stored `[…, n, k]`.
    public var transposeRight: Bool

    /// Makes parameters; without arguments, neither is transposed.
    public init(transposeLeft: Bool = false, transposeRight: Bool = false) {
        self.transposeLeft = transposeLeft
        self.transposeRight = transposeRight
    }
}

extension MatrixProductParameters {
    func resultType(_ left: TensorType, _ right: TensorType) throws(KalsaeError) -> TensorType {
        let name = "matmul"
        guard left.dtype == right.dtype, left.dtype.sumType.hasArithmetic else {
            throw KalsaeError(
                name, expected: "two operands of one numeric type", got: "\(left) and \(right)",
                advice: "convert one with .cast(to:)")
        }
        let rank = left.shape.rank
        guard rank >= 2, right.shape.rank == rank,
            left.shape.prefix(rank - 2).elementsEqual(right.shape.prefix(rank - 2))
        else {
            throw KalsaeError(
                name, expected: "two matrices, or two stacks of the same size",
                got: "\(left.shape) · \(right.shape)")
        }
        let (rows, inner) = Self.sizes(left.shape, transposed: transposeLeft)
        let (innerRight, columns) = Self.sizes(right.shape, transposed: transposeRight)
        guard inner == innerRight else {
            throw KalsaeError(
                name, expected: "equal inner sizes",
                got: "[\(rows), \(inner)] · [\(innerRight), \(columns)] (\(inner) ≠ \(innerRight))")
        }
        return TensorType(left.dtype.sumType, Shape(left.shape.prefix(rank - 2) + [rows, columns]))
    }

    private static func sizes(_ shape: Shape, transposed: Bool) -> (Int, Int) {
        let (first, second) = (shape[shape.rank - 2], shape[shape.rank - 1])
        return transposed ? (second, first) : (first, second)
    }
}
