import KalsaeGraph

extension Tensor {
    /// The whole tensor repeated along each axis, as tiles: `[a, b]` by `[r, s]` gives
    /// `[r·a, s·b]`. The shorter of shape and counts gets ones in front.
    public func tiled(
        _ counts: [Int], file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard fault == nil else { return self }
        let depth = Swift.max(rank, counts.count)
        let times = [Int](repeating: 1, count: depth - counts.count) + counts
        let sizes = [Int](repeating: 1, count: depth - rank) + shape.sizes
        var parts: [Int] = []
        var tiles: [Int] = []
        var result: [Int] = []
        for (time, size) in zip(times, sizes) {
            let (product, overflow) = time.multipliedReportingOverflow(by: size)
            guard time >= 0, !overflow else {
                return .fault(
                    "tiled", expected: "counts of at least 0, in memory's range",
                    got: "\(counts) for \(shape)", operands: [self],
                    site: CallSite(file: file, line: line))
            }
            parts += [1, size]
            tiles += [time, size]
            result.append(product)
        }
        return reshaped(to: Shape(parts))
            .broadcast(to: Shape(tiles), file: file, line: line)
            .reshaped(to: Shape(result))
    }

    /// Each entry of an axis repeated beside itself: `[1, 2]` twice gives `[1, 1, 2, 2]`.
    public func repeated(
        _ times: Int, axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let site = CallSite(file: file, line: line)
        return withAxis(axis, "repeated", site) { axis in
            var sizes = shape.sizes
            let (product, overflow) = times.multipliedReportingOverflow(by: sizes[axis])
            guard times >= 0, !overflow else {
                return .fault(
                    "repeated", expected: "a number of times of at least 0", got: "\(times)",
                    operands: [self], site: site)
            }
            sizes[axis] = product
            var copies = shape.sizes
            copies.insert(times, at: axis + 1)
            return expandingShape(at: axis + 1)
                .broadcast(to: Shape(copies), file: file, line: line)
                .reshaped(to: Shape(sizes))
        }
    }

    /// The rows and columns of images `[batch, height, width, channels]` repeated: upsampling by
    /// the nearest neighbor.
    public func upsampled(
        by scale: Pair, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard fault == nil else { return self }
        guard rank == 4 else {
            return .fault(
                "upsampled", expected: "images [batch, height, width, channels]", got: "\(shape)",
                operands: [self], site: CallSite(file: file, line: line))
        }
        return repeated(scale.height, axis: 1, file: file, line: line)
            .repeated(scale.width, axis: 2, file: file, line: line)
    }

    /// Entries of an axis moved towards its end by some positions; what falls over comes in again
    /// in front. Negative shifts move towards the start.
    public func rolled(
        by shift: Int, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        withAxis(axis, "rolled", CallSite(file: file, line: line)) { axis in
            let size = shape[axis]
            guard size > 0, shift % size != 0 else { return self }
            let cut = shift % size > 0 ? size - shift % size : -(shift % size)
            let parts = split(sizes: [cut, size - cut], axis: axis)
            return .concatenate([parts[1], parts[0]], axis: axis)
        }
    }

    /// Coordinates of a grid: for vectors of lengths `n₀, n₁, …` one tensor each of shape
    /// `[n₀, n₁, …]`, in which vector `i` runs along axis `i`.
    public static func meshgrid(
        _ vectors: [Tensor], file: StaticString = #fileID, line: UInt = #line
    ) -> [Tensor] {
        let shape = Shape(vectors.map(\.count))
        return vectors.enumerated().map { axis, vector in
            guard vector.fault == nil else { return vector }
            guard vector.rank == 1 else {
                return .fault(
                    "meshgrid", expected: "vectors", got: "\(vector.shape)", operands: [vector],
                    site: CallSite(file: file, line: line))
            }
            var sizes = shape.map { _ in 1 }
            sizes[axis] = vector.count
            return vector.reshaped(to: Shape(sizes)).broadcast(to: shape, file: file, line: line)
        }
    }
}
