import KalsaeGraph
import KalsaeLowering

extension LoweredOp {
    /// `softmax(scale · q · kᵀ) · v`: by tiles where there are enough queries and keys, else row by row.
    func attention(
        _ parameters: AttentionParameters, _ storages: [Storage], _ context: KernelContext
    ) -> TaskCalls {
        guard operandTypes[0].shape.elementCount > 0 else { return TaskCalls() }
        return TiledAttention(self, parameters, storages, context)?.forward(context)
            ?? attentionByRows(parameters, context)
    }

    /// The gradients for queries, keys and values, one behind the other.
    func attentionGradient(
        _ parameters: AttentionParameters, _ storages: [Storage], _ context: KernelContext
    ) -> TaskCalls {
        guard type.shape.elementCount > 0 else { return TaskCalls() }
        return TiledAttention(self, parameters, storages, context)?.gradients(context)
            ?? attentionGradientByRows(parameters, context)
    }
}
