import KalsaeGraph

extension UnitBuilder {
    /// Takes for a product's left side the bytes that its floats were made of, where the product can
    /// read them: a quarter of the memory, and as the numbers have 8 digits, half of the work.
    func readBytes(
        _ parameters: MatrixProductParameters, _ operands: inout [View], _ types: inout [TensorType]
    ) {
        guard PlanPass.bytes.isEnabled, types[1].dtype == .float32,
            let bytes = bytes(behind: operands[0])
        else { return }
        let type = TensorType(.uint8, types[0].shape)
        let sizes = ProductSizes(parameters, left: type, right: types[1])
        guard sizes.flops >= PackedProduct.fewestFlops, PackedProduct(sizes) != nil else { return }
        (operands[0], types[0]) = (View(dense: bytes, type.shape), type)
    }

    /// The storage of the bytes of which all elements of a dense view were cast to `float32`.
    private func bytes(behind view: View) -> Int? {
        guard view.isDense, view.offset == 0, let producer = producers[view.storage],
            case .element(.cast(.float32)) = units[producer].kind
        else { return nil }
        let (unit, source) = (units[producer], units[producer].operands[0])
        guard unit.operandTypes[0].dtype == .uint8, source.isDense, source.offset == 0,
            source.shape.elementCount == view.shape.elementCount,
            storages[source.storage].byteCount == view.shape.elementCount
        else { return nil }
        return source.storage
    }
}
