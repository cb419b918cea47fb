import KalsaeGraph

extension Tensor {
    /// `x · weight + bias`: `[…, in] · [in, out] + [out] → […, out]`.
    public func linear(
        _ weight: Tensor, bias: Tensor? = nil, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let product = matmul(weight, file: file, line: line)
        return bias.map { product + $0 } ?? product
    }

    /// The sums of products along an axis, which goes; shapes broadcast.
    public func dot(
        _ other: Tensor, axis: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        (self * other).sum(axes: [axis], file: file, line: line)
    }
}
