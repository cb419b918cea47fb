import KalsaeGraph
import KalsaeLowering

extension LoweredOp {
    /// A matrix product, or a stack of them.
    func matrixProduct(
        _ parameters: MatrixProductParameters, _ result: ProductResult, _ context: KernelContext
    ) -> TaskCalls {
        let (shape, dtype) = (type.shape, type.dtype)
        guard shape.elementCount > 0 else { return TaskCalls() }
        var product = tiledProduct(parameters)
        let (rows, columns, inner) = (product.rows, product.columns, product.inner)
        let extent = max(
            result.extent, shape.elementCount * product.parts, operandTypes[0].shape.elementCount,
            operandTypes[1].shape.elementCount)
        var kernel = KernelBuilder(extent: extent, isGuarded: context.isGuarded)
        let a = kernel.buffer("const \(operandTypes[0].dtype.cType)", operand(0))
        let b = kernel.buffer("const \(dtype.cType)", operand(1))
        let (m, n, k) = (kernel.integer(rows), kernel.integer(columns), kernel.integer(inner))
        product.left = TileLoader(
            isAlongK: !parameters.transposeLeft,
            load: parameters.transposeLeft
                ? "v = \(a)[(stack * \(k) + k) * \(m) + m];"
                : "v = \(a)[(stack * \(m) + m) * \(k) + k];")
        product.right = TileLoader(
            isAlongK: parameters.transposeRight,
            load: parameters.transposeRight
                ? "v = \(b)[(stack * \(n) + n) * \(k) + k];"
                : "v = \(b)[(stack * \(k) + k) * \(n) + n];")
        return product.calls(kernel, context, result) { kernel in
            let m = kernel.integer(rows)
            return result.stored(row: "stack * \(m) + m", column: "n", of: columns, &kernel)
        }
    }

    /// Its sizes and tiles.
    func tiledProduct(_ parameters: MatrixProductParameters) -> TiledProduct {
        let (shape, rank) = (type.shape, type.shape.rank)
        return TiledProduct(
            type.dtype, rows: shape[rank - 2], columns: shape[rank - 1],
            inner: operandTypes[0].shape[rank - (parameters.transposeLeft ? 2 : 1)],
            stacks: shape.prefix(rank - 2).reduce(1, *))
    }

    /// An operand as an argument, its view's offset taken in.
    func operand(_ number: Int) -> KernelCall.Argument {
        let view = operands[number]
        return .storage(
            view.storage, byteOffset: view.offset * operandTypes[number].dtype.byteSize)
    }

    /// The result as an argument.
    var output: KernelCall.Argument { .storage(result, byteOffset: 0) }
}
