import KalsaeGraph

extension Tensor {
    /// `e^xᵢ / Σ e^xⱼ` along an axis, without overflow; the shape stays.
    public func softmax(
        axis: Int = -1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        withAxis(axis, "softmax", CallSite(file: file, line: line)) { axis in
            let powers = shiftedByMaximum(axes: [axis]).exp()
            return powers / powers.sum(axes: [axis], keepsAxes: true)
        }
    }

    /// `xᵢ - log Σ e^xⱼ` along an axis, without overflow; the shape stays.
    public func logSoftmax(
        axis: Int = -1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        withAxis(axis, "logSoftmax", CallSite(file: file, line: line)) { axis in
            let shifted = shiftedByMaximum(axes: [axis])
            return shifted - shifted.exp().sum(axes: [axis], keepsAxes: true).log()
        }
    }

    /// `log Σ e^x` over some axes, over all without `axes`; without overflow, -∞ of nothing.
    public func logSumExp(
        axes: [Int]? = nil, keepsAxes: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        guard fault == nil, count > 0 else {
            return exp().sum(axes: axes, keepsAxes: keepsAxes, file: file, line: line).log()
        }
        let largest = max(axes: axes, keepsAxes: true, file: file, line: line)
        guard largest.fault == nil else { return largest }
        // An infinite shift would give ∞ - ∞.
        let shift = largest.isFinite().select(largest, .zeros(like: largest)).stopGradient()
        let sum = (self - shift).exp().sum(axes: axes, keepsAxes: true)
        let result = sum.log() + shift
        guard !keepsAxes else { return result }
        return result.droppingAxes(axes ?? Array(0..<rank))
    }

    /// `log(e^x + e^y)`, element by element, without overflow.
    public func logAddExp(_ other: Tensor) -> Tensor {
        let (left, right) = Tensor.aligned("logAddExp", self, other)
        // The kinks of the maximum and of |x - y| cancel in the value, not in second derivatives.
        return withCustomGradient([left, right]) { operands in
            let larger = operands[0].maximum(operands[1])
            let gap = (operands[0] - operands[1]).abs()
            return (operands[0] .== operands[1]).select(
                larger + 0.6931471805599453, larger + (-gap).exp().log1p())
        } backward: { upstream in
            let share = (left - right).sigmoid()
            return [upstream * share, upstream * (1 - share)]
        }
    }

    /// Exponents of a softmax: the same up to a constant, the largest 0. The constant takes no
    /// part in the gradient, as the softmax does not depend on it.
    private func shiftedByMaximum(axes: [Int]) -> Tensor {
        guard count > 0 else { return self }
        return self - max(axes: axes, keepsAxes: true).stopGradient()
    }
}
