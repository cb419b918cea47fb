import KalsaeGraph

extension Tensor {
    /// Images `[batch, height, width, channels]` upsampled by whole factors, bilinearly
    /// between the centers of pixels.
    ///
    /// The pixel `i` lies at `(i + ½) / scale - ½` of the old ones; outside of the outer centers
    /// the outer pixel goes on. As in Keras, and in PyTorch without `align_corners`.
    public func interpolated(
        by scale: Pair, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard fault == nil else { return self }
        let site = CallSite(file: file, line: line)
        let sizes = [shape.dropFirst().first ?? 0, shape.dropFirst(2).first ?? 0]
        let factors = [scale.height, scale.width]
        let products = zip(sizes, factors).map { $0.multipliedReportingOverflow(by: $1) }
        guard rank == 4, dtype.isFloat, sizes.allSatisfy({ $0 > 0 }),
            factors.allSatisfy({ $0 > 0 }),
            products.allSatisfy({ !$0.overflow && $0.partialValue <= Shape.largestElementCount })
        else {
            return .fault(
                "interpolated",
                expected: "images [batch, height, width, channels] of floating-point numbers and a "
                    + "scale of at least 1",
                got: "\(dtype)\(shape), scale \(factors)", operands: [self], site: site)
        }
        return interpolated(by: scale.height, axis: 1, site)
            .interpolated(by: scale.width, axis: 2, site)
    }

    private func interpolated(by scale: Int, axis: Int, _ site: CallSite) -> Tensor {
        guard scale > 1 else { return self }
        let (size, factor) = (shape[axis], Double(scale))
        let positions = (Tensor.arange(size * scale, dtype: .float64) + 0.5) / factor - 0.5
        let inside = positions.clipped(to: 0...Double(size - 1))
        let low = inside.floor()
        let high = (low + 1).minimum(Double(size - 1))
        let column = Shape([size * scale] + [Int](repeating: 1, count: rank - 1 - axis))
        let share = (inside - low).cast(to: dtype).reshaped(to: column)
        func taken(_ index: Tensor) -> Tensor {
            .apply(.gather(axis: axis), [self, index.cast(to: .int32)], site: site)
        }
        return taken(low) * (1 - share) + taken(high) * share
    }
}
