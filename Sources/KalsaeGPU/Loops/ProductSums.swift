import KalsaeGraph
import KalsaeLowering
import KalsaeSupport

extension LoweredOp {
    /// The launches of a product or convolution with a loop behind it that adds up columns: of each tile by
    /// the product, of all tiles by a second launch, which does loops over one number for each column too.
    ///
    /// - Parameter stored: what is stored of the loops' results.
    func calls(
        _ primitive: Primitive, _ epilogue: LoopPlan, _ numbers: [LoopPlan], stored: Set<Int>,
        _ storages: [Storage], _ context: KernelContext
    ) throws(KalsaeError) -> TaskCalls {
        var result = ProductResult(op: self, epilogue: epilogue, storages: storages)
        let sums = epilogue.outputs.filter { !$0.isElementwise }
        guard !sums.isEmpty, let product = tiledProduct(storages, context) else {
            return try calls(primitive, result, context)
        }
        let (columns, tiles) = (product.columns, product.rowTiles)
        let size = (columns * tiles * DType.float32.byteSize + 127) & ~127
        var partials: [Int: Int] = [:]
        for (number, output) in sums.enumerated() { partials[output.storage] = number * size }
        result.partials = sums.indices.map { .workspace(byteOffset: $0 * size) }
        var made = try calls(primitive, result, context)
        var rest = RowKernel(
            ReductionLayout(joining: tiles, kept: columns),
            extent: numbers.reduce(columns * tiles) { max($0, $1.extent) }, stored: stored,
            partials: [:], storages, context)
        rest.addParts(epilogue, from: partials)
        for stage in numbers { rest.addNumbers(stage) }
        made.calls.append(rest.call())
        made.workspaceBytes = sums.count * size
        return made
    }
}
