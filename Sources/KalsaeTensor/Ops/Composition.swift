import KalsaeGraph

extension Tensor {
    /// Runs `body` with the axis counted from 0, or gives the fault of one that there is not.
    func withAxis(
        _ axis: Int, _ operation: String, _ site: CallSite, _ body: (Int) -> Tensor
    ) -> Tensor {
        guard fault == nil else { return self }
        guard let index = shape.normalized(axis: axis) else {
            return .fault(
                operation, expected: "an axis of \(shape)", got: "\(axis)", operands: [self],
                site: site)
        }
        return body(index)
    }

    /// A function of each element with its derivative written out, for where the automatic
    /// gradient would be numerically bad.
    func withDerivative(
        _ function: (Tensor) -> Tensor, derivative: @escaping @Sendable (Tensor) -> Tensor
    ) -> Tensor {
        withCustomGradient([self]) {
            function($0[0])
        } backward: { upstream in
            [upstream * derivative(self)]
        }
    }

    /// One number in the shape and type of this tensor; its fault where it has one.
    func filled(like value: Double) -> Tensor { fault == nil ? filled(value) : self }

    /// The square root whose gradient at 0 is 0 instead of infinite.
    func squareRootOfNorm() -> Tensor {
        let isZero = self .== 0
        let root = isZero.select(.ones(like: self), self).sqrt()
        return isZero.select(.zeros(like: self), root)
    }

    /// The shape without some axes, all of size 1.
    func droppingAxes(_ axes: [Int]) -> Tensor {
        guard fault == nil else { return self }
        let dropped = Set(axes.compactMap { shape.normalized(axis: $0) })
        return reshaped(to: Shape(shape.indices.filter { !dropped.contains($0) }.map { shape[$0] }))
    }

    /// The positions 0, 1, 2, … along one axis of a shape.
    static func positions(_ shape: Shape, axis: Int, dtype: DType = .int32) -> Tensor {
        .apply(.iota(IotaParameters(TensorType(dtype, shape), axis: axis)), [])
    }
}
