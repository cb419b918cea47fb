import KalsaeGraph

extension Tensor {
    /// The largest element of each window of `[batch, height, width, channels]`.
    ///
    /// Without `strides`, windows do not overlap. The gradient goes to the first largest element.
    public func maxPooled(
        window: Pair, strides: Pair? = nil, padding: Padding2D = .zero,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let parameters = PoolParameters(.max, window: window, strides: strides, padding: padding)
        return .apply(.pool(parameters), [self], site: CallSite(file: file, line: line))
    }

    /// The mean of each window; padded elements count as zeros only if `countsPadding`.
    public func averagePooled(
        window: Pair, strides: Pair? = nil, padding: Padding2D = .zero,
        countsPadding: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let parameters = PoolParameters(
            countsPadding ? .averageWithPadding : .average, window: window, strides: strides,
            padding: padding)
        return .apply(.pool(parameters), [self], site: CallSite(file: file, line: line))
    }
}

extension PoolParameters {
    func gradient(_ context: GradientContext) -> Tensor? {
        .apply(.poolGradient(self), [context.operand, context.upstream])
    }

    /// Operands (input, gradient): linear in the gradient, locally constant in the input.
    func gradientGradient(_ context: GradientContext, for index: Int) -> Tensor? {
        guard index == 1 else { return nil }
        switch kind {
        case .average, .averageWithPadding: return .apply(.pool(self), [context.upstream])
        case .max: return pickedAtMaximum(of: context.operands[0], context.upstream)
        }
    }

    /// For each window the number of `values` at the index of the input's first largest element.
    private func pickedAtMaximum(of input: Tensor, _ values: Tensor) -> Tensor {
        let largest = Tensor.apply(.pool(self), [input])
        var picked = Tensor.zeros(like: largest)
        var isFound = Tensor.zeros(like: largest).cast(to: .bool)
        for row in 0..<window.height {
            for column in 0..<window.width {
                let element = windowElements(input, row, column, outside: -Double.infinity, largest)
                let value = windowElements(values, row, column, outside: 0, largest)
                let isHere = (element .== largest) .& !isFound
                picked = isHere.select(value, picked)
                isFound = isFound .| isHere
            }
        }
        return picked
    }

    /// The element at one position of every window.
    private func windowElements(
        _ x: Tensor, _ row: Int, _ column: Int, outside: Double, _ result: Tensor
    ) -> Tensor {
        let padded = x.padded(
            low: [0, padding.top, padding.left, 0], high: [0, padding.bottom, padding.right, 0],
            value: outside)
        return .apply(
            .slice(
                SliceParameters(
                    starts: [0, row, column, 0], counts: result.shape.sizes,
                    strides: [1, strides.height, strides.width, 1])),
            [padded])
    }
}
