import KalsaeGraph
import KalsaeLowering

extension LoweredOp {
    /// `softmax(scale · q · kᵀ) · v`: by tiles where there are enough queries and keys, else row by row.
    func attention(
        _ parameters: AttentionParameters, _ result: ProductResult, _ context: KernelContext
    ) -> TaskCalls {
        guard operandTypes[0].shape.elementCount > 0 else { return TaskCalls() }
        return TiledAttention(result, parameters, context)?.forward(context)
            ?? attentionByRows(parameters, context)
    }

    /// The gradients for queries, keys and values, one behind the other.
    func attentionGradient(
        _ parameters: AttentionParameters, _ result: ProductResult, _ context: KernelContext
    ) -> TaskCalls {
        guard type.shape.elementCount > 0 else { return TaskCalls() }
        return TiledAttention(result, parameters, context)?.gradients(context)
            ?? attentionGradientByRows(parameters, context)
    }

    /// Whether this is attention by tiles, which can work on its results before it stores them.
    func isTiledAttention(_ storages: [Storage], _ context: KernelContext) -> Bool {
        switch kernelPrimitive {
        case .attention(let parameters), .attentionGradient(let parameters):
            type.shape.elementCount > 0 && operandTypes[0].shape.elementCount > 0
                && TiledAttention(
                    ProductResult(op: self, storages: storages), parameters, context) != nil
        case _: false
        }
    }
}
