import KalsaeGraph

extension Tensor {
    /// Two-dimensional convolution (cross-correlation), channels last.
    ///
    /// `[batch, height, width, in] * [kh, kw, in / groups, out] → [batch, h', w', out]` with
    /// `h' = (height + top + bottom - dilation·(kh - 1) - 1) / stride + 1`.
    public func convolved(
        with kernel: Tensor, strides: Pair = Pair(1, 1), padding: Padding2D = .zero,
        dilations: Pair = Pair(1, 1), groups: Int = 1, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        let parameters = ConvolutionParameters(
            strides: strides, padding: padding, dilations: dilations, groups: groups)
        return .apply(
            .convolution(parameters), [self, kernel], site: CallSite(file: file, line: line))
    }
}

extension ConvolutionParameters {
    /// Convolution is linear in both operands: each gradient is a primitive of its own.
    func gradient(_ context: GradientContext, for index: Int) -> Tensor? {
        let (input, kernel) = (context.operands[0], context.operands[1])
        return index == 0
            ? .apply(.convolutionInputGradient(self, input.shape), [context.upstream, kernel])
            : .apply(.convolutionWeightGradient(self, kernel.shape), [input, context.upstream])
    }

    /// Operands (gradient, kernel); the upstream has the input's shape.
    func inputGradientGradient(_ context: GradientContext, for index: Int) -> Tensor? {
        let (gradient, kernel) = (context.operands[0], context.operands[1])
        return index == 0
            ? .apply(.convolution(self), [context.upstream, kernel])
            : .apply(.convolutionWeightGradient(self, kernel.shape), [context.upstream, gradient])
    }

    /// Operands (input, gradient); the upstream has the kernel's shape.
    func weightGradientGradient(_ context: GradientContext, for index: Int) -> Tensor? {
        let (input, gradient) = (context.operands[0], context.operands[1])
        return index == 0
            ? .apply(.convolutionInputGradient(self, input.shape), [gradient, context.upstream])
            : .apply(.convolution(self), [input, context.upstream])
    }
}
