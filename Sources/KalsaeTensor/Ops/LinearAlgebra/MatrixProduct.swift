import KalsaeGraph

extension Tensor {
    /// Matrix product, as NumPy's `matmul`.
    ///
    /// `[…, m, k] · […, k, n] → […, m, n]`; leading axes broadcast. A vector on the left is one
    /// row, on the right one column, and that axis is dropped from the result.
    /// - Parameters:
    ///   - transposeLeft: read the left operand as `[…, k, m]`.
    ///   - transposeRight: read the right operand as `[…, n, k]`.
    public func matmul(
        _ other: Tensor, transposeLeft: Bool = false, transposeRight: Bool = false,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let parameters = MatrixProductParameters(
            transposeLeft: transposeLeft, transposeRight: transposeRight)
        return product(other, parameters, CallSite(file: file, line: line))
    }

    private func product(
        _ other: Tensor, _ parameters: MatrixProductParameters, _ site: CallSite
    ) -> Tensor {
        for operand in [self, other] where operand.fault != nil { return operand }
        if rank == 1 || other.rank == 1 { return vectorProduct(other, parameters, site) }
        if other.rank == 2, rank > 2, !parameters.transposeLeft {
            // One matrix for all: the leading axes are just more rows.
            let rows = shape.sizes.dropLast().reduce(1, *)
            let product = reshaped(to: [rows, shape[rank - 1]]).product(other, parameters, site)
            guard product.fault == nil else { return product }
            return product.reshaped(to: Shape(shape.sizes.dropLast() + [product.shape[1]]))
        }
        guard rank >= 2, other.rank >= 2,
            let stack = Shape(shape.sizes.dropLast(2)).broadcast(
                with: Shape(other.shape.sizes.dropLast(2)))
        else {
            return .fault(
                "matmul", expected: "matrices, or stacks of them that broadcast",
                got: "\(shape) · \(other.shape)", operands: [self, other], site: site)
        }
        let left = broadcast(to: Shape(stack.sizes + shape.sizes.suffix(2)))
        let right = other.broadcast(to: Shape(stack.sizes + other.shape.sizes.suffix(2)))
        return .apply(.matrixProduct(parameters), [left, right], site: site)
    }

    private func vectorProduct(
        _ other: Tensor, _ parameters: MatrixProductParameters, _ site: CallSite
    ) -> Tensor {
        guard rank > 0, other.rank > 0 else {
            return .fault(
                "matmul", expected: "vectors or matrices", got: "\(shape) · \(other.shape)",
                operands: [self, other], site: site)
        }
        let left = rank == 1 ? reshaped(to: [1, count]) : self
        let right = other.rank == 1 ? other.reshaped(to: [other.count, 1]) : other
        let adjusted = MatrixProductParameters(
            transposeLeft: rank > 1 && parameters.transposeLeft,
            transposeRight: other.rank > 1 && parameters.transposeRight)
        let product = left.product(right, adjusted, site)
        guard product.fault == nil else { return product }
        var sizes = product.shape.sizes
        if other.rank == 1 { sizes.remove(at: sizes.count - 1) }
        if rank == 1 { sizes.remove(at: sizes.count - (other.rank == 1 ? 1 : 2)) }
        return product.reshaped(to: Shape(sizes))
    }

    /// The sum of products of two vectors.
    public func dot(
        _ other: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        for operand in [self, other] where operand.fault != nil { return operand }
        guard rank == 1, other.rank == 1, count == other.count else {
            return .fault(
                "dot", expected: "two vectors of one length", got: "\(shape) and \(other.shape)",
                operands: [self, other], site: CallSite(file: file, line: line))
        }
        return (self * other).sum()
    }

    /// All products of an element of this vector with one of the other: `[m], [n] → [m, n]`.
    public func outer(_ other: Tensor) -> Tensor {
        reshaped(to: [count, 1]) * other.reshaped(to: [1, other.count])
    }
}

extension MatrixProductParameters {
    /// `C = A·B`: `dA = dC·Bᵀ`, `dB = Aᵀ·dC`, with the transposes of the operands taken in.
    func gradient(_ context: GradientContext, for index: Int) -> Tensor? {
        let (left, right) = (context.operands[0], context.operands[1])
        let upstream = context.upstream
        func product(_ a: Tensor, _ b: Tensor, _ transposeA: Bool, _ transposeB: Bool) -> Tensor {
            let parameters = MatrixProductParameters(
                transposeLeft: transposeA, transposeRight: transposeB)
            return .apply(.matrixProduct(parameters), [a, b])
        }
        if index == 0 {
            return transposeLeft
                ? product(right, upstream, transposeRight, true)
                : product(upstream, right, false, !transposeRight)
        }
        return transposeRight
            ? product(upstream, left, true, transposeLeft)
            : product(left, upstream, !transposeLeft, false)
    }
}
