import KalsaeGraph
import KalsaeLowering

extension LoweredOp {
    /// The index of the first largest or smallest element of each line; the first NaN beats all.
    func argReduce(_ reduction: ArgReduction, axis: Int, _ context: KernelContext) -> TaskCalls {
        let (shape, dtype) = (operandTypes[0].shape, operandTypes[0].dtype)
        let length = shape[axis]
        guard type.shape.elementCount > 0, length > 0 else { return TaskCalls() }
        let lanes = length >= 64 ? 32 : 1
        let lines = type.shape.elementCount
        var kernel = KernelBuilder(extent: shape.elementCount, isGuarded: context.isGuarded)
        let x = kernel.buffer("const \(dtype.cType)", operand(0))
        let y = kernel.buffer("int", output)
        let count = kernel.integer(lines), n = kernel.integer(length)
        let step = kernel.integer(shape.dropFirst(axis + 1).reduce(1, *))
        let order = dtype == .bool ? DType.uint8 : dtype
        let beats = "beats_\(reduction.rawValue)_\(order.suffix)"
        let width = kernel.groupSize / lanes
        return TaskCalls([
            kernel.call(
                groupCount: (lines + width - 1) / width,
                body: """
                    const int t = LID % \(lanes);
                    const I line = (I)GID * \(width) + LID / \(lanes);
                    \(dtype.cType) best = 0; i64 index = -1;
                    if (line < \(count)) {
                    const I first = line / \(step) * \(n) * \(step) + line % \(step);
                    for (I j = t; j < \(n); j += \(lanes)) {
                    const \(dtype.cType) value = \(x)[first + j * \(step)];
                    if (index < 0 || \(beats)(value, j, best, index)) { best = value; index = j; }
                    }
                    }
                    s0[LID] = best; s1[LID] = index;
                    BARRIER();
                    for (int h = \(lanes / 2); h > 0; h /= 2) {
                    if (t < h && s1[LID + h] >= 0
                        && (s1[LID] < 0 || \(beats)(s0[LID + h], s1[LID + h], s0[LID], s1[LID]))) {
                    s0[LID] = s0[LID + h]; s1[LID] = s1[LID + h];
                    }
                    BARRIER();
                    }
                    if (t == 0 && line < \(count)) \(y)[line] = (int)s1[LID];
                    """,
                shared: [
                    .init(dtype.cType, "s0", kernel.groupSize),
                    .init("i64", "s1", kernel.groupSize),
                ])
        ])
    }
}
