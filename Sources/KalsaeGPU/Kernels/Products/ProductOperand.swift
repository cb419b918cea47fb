import KalsaeGraph
import KalsaeLowering

/// What the tiles of a product depend on of an operand.
struct ProductOperand {
    let dtype: DType
    /// Elements that lie side by side in memory and are inside or outside together: each run begins at a multiple
    /// of this; 1 where nothing is known.
    let run: Int

    /// Elements of 16 bytes where runs consist of such pieces, else 1.
    var width: Int {
        let count = 16 / dtype.byteSize
        return run % count == 0 ? count : 1
    }
}

extension LoweredOp {
    /// An operand of a product.
    func productOperand(_ number: Int, run: Int, _ storages: [Storage]) -> ProductOperand {
        let (view, dtype) = (operands[number], operandTypes[number].dtype)
        var isAligned = view.offset * dtype.byteSize % 16 == 0
        if case .literal = storages[view.storage].kind { isAligned = false }
        return ProductOperand(dtype: dtype, run: isAligned ? run : 1)
    }
}
