import KalsaeGraph

/// How the length of a vector is measured.
public enum Norm: String, CaseIterable, Codable, Hashable, Sendable {
    /// `Σ |x|`.
    case l1
    /// `√(Σ x²)`.
    case l2
    /// The largest `|x|`.
    case infinity
}

extension Tensor {
    /// The length over some axes, over all without `axes`.
    ///
    /// The gradient of the zero vector is 0; that of `.infinity` is shared among tied elements.
    public func norm(
        _ kind: Norm = .l2, axes: [Int]? = nil, keepsAxes: Bool = false,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        switch kind {
        case .l1: abs().sum(axes: axes, keepsAxes: keepsAxes, file: file, line: line)
        case .l2:
            square().sum(axes: axes, keepsAxes: keepsAxes, file: file, line: line)
                .squareRootOfNorm()
        case .infinity: abs().max(axes: axes, keepsAxes: keepsAxes, file: file, line: line)
        }
    }

    /// The vectors along some axes scaled to length 1: `x / max(norm, epsilon)`; the shape stays.
    public func normalized(
        _ kind: Norm = .l2, axes: [Int] = [-1], epsilon: Double = 1e-12,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let length = norm(kind, axes: axes, keepsAxes: true, file: file, line: line)
        return self / length.clipped(to: epsilon...)
    }

    /// The cosine of the angle between vectors along an axis, which goes; shapes broadcast.
    ///
    /// `x·y / (max(‖x‖, epsilon) · max(‖y‖, epsilon))`.
    public func cosineSimilarity(
        to other: Tensor, axis: Int = -1, epsilon: Double = 1e-8, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        let left = normalized(axes: [axis], epsilon: epsilon, file: file, line: line)
        let right = other.normalized(axes: [axis], epsilon: epsilon, file: file, line: line)
        return left.dot(right, axis: axis, file: file, line: line)
    }

    /// Mean and variance over some axes, over all without `axes`: what normalization needs.
    ///
    /// - Parameter correction: the squared deviations are divided by `count - correction`.
    public func moments(
        axes: [Int]? = nil, correction: Int = 0, keepsAxes: Bool = false,
        file: StaticString = #fileID, line: UInt = #line
    ) -> (mean: Tensor, variance: Tensor) {
        let center = mean(axes: axes, keepsAxes: true, file: file, line: line)
        let variance = variance(
            axes: axes, correction: correction, keepsAxes: keepsAxes, file: file, line: line)
        guard !keepsAxes else { return (center, variance) }
        return (center.fault == nil ? center.reshaped(to: variance.shape) : center, variance)
    }

    /// The covariance of columns: rows are observations, `[n, variables] → [variables,
    /// variables]`.
    ///
    /// - Parameter correction: products of deviations are divided by `n - correction`.
    public func covariance(
        correction: Int = 1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard fault == nil else { return self }
        guard rank == 2 else {
            return .fault(
                "covariance", expected: "[observations, variables]", got: "\(shape)",
                operands: [self], site: CallSite(file: file, line: line))
        }
        let deviation = self - mean(axes: [0], keepsAxes: true, file: file, line: line)
        let products = deviation.matmul(deviation, transposeLeft: true)
        return products / Swift.max(Double(shape[0]) - Double(correction), 0)
    }
}
