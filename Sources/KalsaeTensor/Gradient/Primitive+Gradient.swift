import KalsaeGraph

extension Primitive {
    /// The gradient for one operand, given the upstream gradient; nil where there is none.
    ///
    /// Each rule stands below the user's function in `Ops/`, written with tensor operations, so
    /// that gradients of gradients follow from it.
    func gradient(_ context: GradientContext, for index: Int) -> Tensor? {
        switch self {
        case .input, .constant, .iota, .compare, .argReduce, .random, .argSort, .topK: nil
        case .unary(let operation): operation.gradient(context)
        case .binary(let operation): operation.gradient(context, for: index)
        case .select: SelectOperation.gradient(context, for: index)
        case .cast: CastOperation.gradient(context)
        case .identity: context.upstream
        case .barrier: index == 0 ? context.upstream : nil
        case .broadcast: BroadcastOperation.gradient(context)
        case .reshape: context.upstream.reshaped(to: context.operand.shape)
        case .transpose(let permutation): TransposeOperation.gradient(context, permutation)
        case .slice(let parameters): parameters.gradient(context)
        case .pad(let parameters): parameters.gradient(context, for: index)
        case .concatenate(let axis):
            ConcatenateOperation.gradient(context, axis: axis, for: index)
        case .gather(let axis): GatherOperation.gradient(context, axis: axis, for: index)
        case .scatterAdd(let axis):
            ScatterAddOperation.gradient(context, axis: axis, for: index)
        case .reduce(let reduction, let axes): reduction.gradient(context, axes: axes)
        case .matrixProduct(let parameters): parameters.gradient(context, for: index)
        case .convolution(let parameters): parameters.gradient(context, for: index)
        case .convolutionInputGradient(let parameters, _):
            parameters.inputGradientGradient(context, for: index)
        case .convolutionWeightGradient(let parameters, _):
            parameters.weightGradientGradient(context, for: index)
        case .pool(let parameters): parameters.gradient(context)
        case .poolGradient(let parameters): parameters.gradientGradient(context, for: index)
        case .attention(let parameters): parameters.gradient(context, for: index)
        case .attentionGradient(let parameters): parameters.gradientGradient(context, for: index)
        case .scan(let scan, let parameters): scan.gradient(context, parameters)
        }
    }
}
