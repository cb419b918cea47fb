import KalsaeGraph

extension LoweredGraph {
    /// Lets a matrix product read as its left operand the bytes that its floats were made of, where
    /// the target gains by it: a quarter of the memory, and 8 significant bits need fewer limbs.
    mutating func readBytes(at number: Int, _ target: some LoweringTarget) {
        guard LoweringPass.bytes.isEnabled, ops[number].operandTypes[1].dtype == .float32,
            let bytes = bytes(behind: ops[number].operands[0])
        else { return }
        let type = TensorType(.uint8, ops[number].operandTypes[0].shape)
        let (view, original) = (View(dense: bytes, type.shape), ops[number])
        replaceOperand(0, of: number, by: view, type)
        if !target.readsBytes(ops[number]) {
            replaceOperand(
                0, of: number, by: original.operands[0], original.operandTypes[0])
        }
    }

    /// The storage of the bytes of which all elements of a dense view were cast to `float32`.
    private func bytes(behind view: View) -> Int? {
        guard view.isDense, view.offset == 0, let producer = producers[view.storage],
            case .element(.cast(.float32)) = ops[producer].kind
        else { return nil }
        let (op, source) = (ops[producer], ops[producer].operands[0])
        guard op.operandTypes[0].dtype == .uint8, source.isDense, source.offset == 0,
            source.shape.elementCount == view.shape.elementCount,
            storages[source.storage].byteCount == view.shape.elementCount
        else { return nil }
        return source.storage
    }
}
