import KalsaeGraph

extension Tensor {
    /// A vector with a single 1 for each class number: `[…] → […, classes]`.
    ///
    /// This tensor holds whole numbers; one outside of `0 ..< classes` is thrown when the value
    /// is asked for.
    public func oneHot(
        classes: Int, dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard fault == nil else { return self }
        guard self.dtype.isInteger, classes >= 0 else {
            return .fault(
                "oneHot", expected: "whole numbers, classes of at least 0",
                got: "\(type), \(classes) classes", operands: [self],
                site: CallSite(file: file, line: line))
        }
        let numbers = Tensor.arange(classes)
        let labels = self.dtype == .uint8 ? cast(to: .int32) : self
        // Gathering changes nothing but refuses numbers out of range.
        let checked = numbers.gathered(at: labels, file: file, line: line)
        return (checked.expandingShape(at: -1) .== numbers).cast(to: dtype)
    }

    /// The lower triangle of matrices in the last two axes, zeros above.
    ///
    /// - Parameter diagonal: the last diagonal kept: 0 the main one, positive above it.
    public func tril(
        _ diagonal: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        onTriangle("tril", CallSite(file: file, line: line)) { mask in
            mask(diagonal).select(self, .zeros(like: self))
        }
    }

    /// The upper triangle of matrices in the last two axes, zeros below.
    ///
    /// - Parameter diagonal: the first diagonal kept: 0 the main one, positive above it.
    public func triu(
        _ diagonal: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        onTriangle("triu", CallSite(file: file, line: line)) { mask in
            mask(diagonal == .min ? .min : diagonal - 1).select(.zeros(like: self), self)
        }
    }

    /// A `bool` matrix that is true on and below a diagonal: `column <= row + diagonal`.
    ///
    /// As an attention mask: a row may look at no column behind its own.
    public static func lowerTriangularMask(
        rows: Int, columns: Int, diagonal: Int = 0
    ) -> Tensor {
        let shape: Shape = [rows, columns]
        // Diagonals beyond the matrix are all alike.
        let limited = Swift.min(Swift.max(diagonal, -1 - rows), columns)
        return positions(shape, axis: 1, dtype: .int64)
            .<= positions(shape, axis: 0, dtype: .int64) + Double(limited)
    }

    /// A diagonal of matrices in the last two axes: `[…, m, n] → […, length]`.
    ///
    /// - Parameter offset: 0 the main diagonal, positive above it.
    public func diagonal(
        offset: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard fault == nil else { return self }
        guard rank >= 2, offset > .min else {
            return needsMatrix("diagonal", CallSite(file: file, line: line))
        }
        let (rows, columns) = (shape[rank - 2], shape[rank - 1])
        let length =
            offset >= 0
            ? Swift.min(rows, columns &- offset) : Swift.min(rows &+ offset, columns)
        let counts: [Int] = shape.sizes.dropLast(2) + [Swift.max(length, 0)]
        var slice = SliceParameters(
            starts: counts.map { _ in 0 }, counts: counts, strides: counts.map { _ in 1 })
        if length > 0 { slice.starts[rank - 2] = offset >= 0 ? offset : -offset * columns }
        slice.strides[rank - 2] = columns + 1
        // Along the rows one after the other, a diagonal is every (columns + 1)-th element.
        let flat = reshaped(to: Shape(counts.dropLast() + [rows * columns]))
        return .apply(.slice(slice), [flat], site: CallSite(file: file, line: line))
    }

    /// Matrices with the last axis on their diagonal, zeros elsewhere: `[…, n] → […, n, n]`.
    public func diagonalMatrix(
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        withAxis(-1, "diagonalMatrix", CallSite(file: file, line: line)) { axis in
            let size = shape[axis]
            let rows = expandingShape(at: -1).broadcast(to: Shape(shape.sizes + [size]))
            return Tensor.eye(size, dtype: .bool).select(rows, .zeros(like: rows))
        }
    }

    /// The sum of the main diagonal of matrices in the last two axes: `[…, m, n] → […]`.
    public func trace(file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        diagonal(file: file, line: line).sum(axes: [-1], file: file, line: line)
    }

    private func onTriangle(
        _ name: String, _ site: CallSite, _ body: ((Int) -> Tensor) -> Tensor
    ) -> Tensor {
        guard fault == nil else { return self }
        guard rank >= 2 else { return needsMatrix(name, site) }
        let (rows, columns) = (shape[rank - 2], shape[rank - 1])
        return body { diagonal in
            Tensor.lowerTriangularMask(rows: rows, columns: columns, diagonal: diagonal)
        }
    }

    private func needsMatrix(_ name: String, _ site: CallSite) -> Tensor {
        .fault(
            name, expected: "at least two axes", got: "\(shape)", operands: [self], site: site)
    }
}
