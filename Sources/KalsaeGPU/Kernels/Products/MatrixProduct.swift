import KalsaeGraph
import KalsaeLowering

extension LoweredOp {
    /// A matrix product, or a stack of them.
    func matrixProduct(
        _ parameters: MatrixProductParameters, _ result: ProductResult, _ context: KernelContext
    ) -> TaskCalls {
        let shape = type.shape
        guard shape.elementCount > 0 else { return TaskCalls() }
        var product = tiledProduct(parameters, result.storages, context)
        let (rows, columns, inner) = (product.rows, product.columns, product.inner)
        let extent = max(
            result.extent, shape.elementCount * product.parts, operandTypes[0].shape.elementCount,
            operandTypes[1].shape.elementCount)
        var kernel = KernelBuilder(extent: extent, isGuarded: context.isGuarded, hasBarriers: true)
        let (left, right) = (operandTypes[0].dtype, operandTypes[1].dtype)
        let a = kernel.buffer("const \(left.cType)", operand(0))
        let b = kernel.buffer("const \(right.cType)", operand(1))
        let (m, n, k) = (kernel.integer(rows), kernel.integer(columns), kernel.integer(inner))
        product.left.buffer = a
        product.left.dtype = left
        product.left.isAlongK = !parameters.transposeLeft
        product.left.locate = "at = \(Self.index("m", m, "k", k, parameters.transposeLeft));"
        product.right.buffer = b
        product.right.dtype = right
        product.right.isAlongK = parameters.transposeRight
        product.right.locate = "at = \(Self.index("k", k, "n", n, parameters.transposeRight));"
        return product.calls(kernel, context, result) { kernel in
            let m = kernel.integer(rows)
            return result.stored(row: "stack * \(m) + m", column: "n", of: columns, &kernel)
        }
    }

    /// The index of an element of a matrix of the stack, stored transposed or not.
    private static func index(
        _ row: String, _ rows: String, _ column: String, _ columns: String, _ transposed: Bool
    ) -> String {
        transposed
            ? "(stack * \(columns) + \(column)) * \(rows) + \(row)"
            : "(stack * \(rows) + \(row)) * \(columns) + \(column)"
    }

    /// Its sizes and tiles.
    func tiledProduct(
        _ parameters: MatrixProductParameters, _ storages: [Storage], _ context: KernelContext
    ) -> TiledProduct {
        let (shape, rank) = (type.shape, type.shape.rank)
        let (rows, columns) = (shape[rank - 2], shape[rank - 1])
        let inner = operandTypes[0].shape[rank - (parameters.transposeLeft ? 2 : 1)]
        return TiledProduct(
            type.dtype,
            productOperand(0, run: parameters.transposeLeft ? rows : inner, storages),
            productOperand(1, run: parameters.transposeRight ? inner : columns, storages),
            rows: rows, columns: columns, inner: inner,
            stacks: shape.prefix(rank - 2).reduce(1, *), context)
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
