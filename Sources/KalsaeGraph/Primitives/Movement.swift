import KalsaeSupport

/// Which elements a slice takes, per axis: `start + i * stride` for `i` in `0 ..< count`.
public struct SliceParameters: Hashable, Codable, Sendable {
    /// The first element of each axis.
    public var starts: [Int]
    /// How many elements of each axis.
    public var counts: [Int]
    /// The step of each axis; negative steps walk backwards, 0 is not allowed.
    public var strides: [Int]

    /// Makes parameters.
    public init(starts: [Int], counts: [Int], strides: [Int]) {
        self.starts = starts
        self.counts = counts
        self.strides = strides
    }
}

/// How many elements a padding adds, per axis.
public struct PadParameters: Hashable, Codable, Sendable {
    /// Places before the first element.
    public var low: [Int]
    /// Places behind the last element.
    public var high: [Int]
    /// Places between two neighbors: the gradient of a strided slice.
    public var interior: [Int]

    /// Makes parameters; without `interior`, nothing between neighbors.
    public init(low: [Int], high: [Int], interior: [Int]? = nil) {
        self.low = low
        self.high = high
        self.interior = interior ?? low.map { _ in 0 }
    }
}

enum MovementRules {
    static func barrier(
        _ operand: TensorType, after other: TensorType
    ) throws(KalsaeError) -> TensorType {
        guard other.shape.elementCount > 0 else {
            throw KalsaeError("barrier", expected: "something to wait for", got: "\(other)")
        }
        return operand
    }

    static func broadcast(_ operand: TensorType, to shape: Shape) throws(KalsaeError) -> TensorType
    {
        let fits =
            operand.shape.rank == shape.rank
            && zip(operand.shape, shape).allSatisfy { $0 == $1 || $0 == 1 }
        guard fits else {
            throw KalsaeError(
                "broadcast", expected: "axes of size 1 or equal to those of \(shape)",
                got: "\(operand.shape)")
        }
        return TensorType(operand.dtype, shape)
    }

    static func reshape(_ operand: TensorType, to shape: Shape) throws(KalsaeError) -> TensorType {
        guard shape.isValid, shape.elementCount == operand.shape.elementCount else {
            throw KalsaeError(
                "reshape", expected: "a shape of \(operand.shape.elementCount) elements",
                got: "\(operand.shape) to \(shape)")
        }
        return TensorType(operand.dtype, shape)
    }

    static func transpose(
        _ operand: TensorType, _ permutation: [Int]
    ) throws(KalsaeError) -> TensorType {
        guard permutation.sorted() == Array(operand.shape.indices) else {
            throw KalsaeError(
                "transpose", expected: "each axis of \(operand.shape) once", got: "\(permutation)")
        }
        return TensorType(operand.dtype, Shape(permutation.map { operand.shape[$0] }))
    }

    static func slice(
        _ operand: TensorType, _ slice: SliceParameters
    ) throws(KalsaeError) -> TensorType {
        let rank = operand.shape.rank
        var fits =
            slice.starts.count == rank && slice.counts.count == rank && slice.strides.count == rank
        for axis in 0..<rank where fits {
            let (start, count) = (slice.starts[axis], slice.counts[axis])
            let size = operand.shape[axis]
            fits = slice.strides[axis] != 0 && count >= 0 && count <= size
            guard fits, count > 0 else { continue }
            let (travel, overflow) = (count - 1).multipliedReportingOverflow(
                by: slice.strides[axis])
            let (last, overflow2) = start.addingReportingOverflow(travel)
            fits =
                !overflow && !overflow2
                && (0..<size).contains(start) && (0..<size).contains(last)
        }
        guard fits else {
            throw KalsaeError(
                "slice", expected: "positions inside \(operand.shape)",
                got: "starts \(slice.starts), counts \(slice.counts), strides \(slice.strides)")
        }
        return TensorType(operand.dtype, Shape(slice.counts))
    }

    static func pad(
        _ operand: TensorType, _ value: TensorType, _ pad: PadParameters
    ) throws(KalsaeError) -> TensorType {
        let rank = operand.shape.rank
        try TypeChecks.same("pad value", value, TensorType(operand.dtype, []))
        let all = pad.low + pad.high + pad.interior
        guard pad.low.count == rank, pad.high.count == rank, pad.interior.count == rank,
            all.allSatisfy({ (0...Shape.largestElementCount).contains($0) })
        else {
            throw KalsaeError(
                "pad", expected: "\(rank) sizes of at least 0 for each side",
                got: "low \(pad.low), high \(pad.high), interior \(pad.interior)")
        }
        var sizes: [Int] = []
        for axis in 0..<rank {
            let size = operand.shape[axis]
            let (between, overflow) = pad.interior[axis].multipliedReportingOverflow(
                by: max(size - 1, 0))
            sizes.append(overflow ? -1 : size &+ between &+ pad.low[axis] &+ pad.high[axis])
        }
        return TensorType(operand.dtype, Shape(sizes))
    }

    static func concatenate(
        _ operands: [TensorType], axis: Int
    ) throws(KalsaeError) -> TensorType {
        guard let first = operands.first else {
            throw KalsaeError("concatenate", expected: "at least one operand", got: "none")
        }
        var shape = first.shape
        guard shape.indices.contains(axis) else {
            throw KalsaeError("concatenate", expected: "an axis of \(shape)", got: "\(axis)")
        }
        for operand in operands.dropFirst() {
            var other = operand.shape
            guard other.rank == shape.rank, operand.dtype == first.dtype else {
                throw KalsaeError(
                    "concatenate", expected: "\(first)", got: "\(operand)",
                    advice: operand.dtype == first.dtype ? "" : "convert one with .cast(to:)")
            }
            let size = other[axis]
            other[axis] = shape[axis]
            guard other == shape else {
                throw KalsaeError(
                    "concatenate", expected: "sizes equal to \(first.shape) but for axis \(axis)",
                    got: "\(operand.shape)")
            }
            let (sum, overflows) = shape[axis].addingReportingOverflow(size)
            guard !overflows else {
                throw KalsaeError(
                    "concatenate", expected: "at most \(Int.max) along axis \(axis)",
                    got: "more in \(operands.count) operands")
            }
            shape[axis] = sum
        }
        return TensorType(first.dtype, shape)
    }

    static func gather(
        _ values: TensorType, _ indices: TensorType, axis: Int
    ) throws(KalsaeError) -> TensorType {
        try TypeChecks.indices("gather", indices)
        guard values.shape.indices.contains(axis) else {
            throw KalsaeError("gather", expected: "an axis of \(values.shape)", got: "\(axis)")
        }
        let before = values.shape.sizes[..<axis]
        let after = values.shape.sizes[(axis + 1)...]
        return TensorType(values.dtype, Shape(before + indices.shape.sizes + after))
    }

    static func scatterAdd(
        _ base: TensorType, _ indices: TensorType, _ updates: TensorType, axis: Int
    ) throws(KalsaeError) -> TensorType {
        let gathered = try gather(base, indices, axis: axis)
        try TypeChecks.same("scatterAdd updates", updates, gathered)
        guard base.dtype.hasArithmetic else {
            throw KalsaeError("scatterAdd", expected: "a numeric type", got: "\(base.dtype)")
        }
        return base
    }
}
