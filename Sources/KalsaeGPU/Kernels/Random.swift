import KalsaeGraph
import KalsaeLowering

extension LoweredOp {
    /// Random numbers by Philox, a block of four words a work item.
    func random(_ parameters: RandomParameters, _ context: KernelContext) -> TaskCalls {
        let count = type.shape.elementCount
        guard count > 0 else { return TaskCalls() }
        let isWide = type.dtype == .float64
        let perBlock = isWide ? 2 : 4
        let blocks = (count + perBlock - 1) / perBlock
        var kernel = KernelBuilder(extent: count + 4, isGuarded: context.isGuarded)
        let key = kernel.buffer("const i64", operand(0))
        let y = kernel.buffer(type.dtype.cType, output)
        let size = kernel.integer(blocks), elements = kernel.integer(count)
        let numbers: String =
            switch (parameters.distribution, isWide) {
            case (.bits, _): "for (int j = 0; j < 4; j++) value[j] = (int)word[j];"
            case (.uniform, false):
                "for (int j = 0; j < 4; j++) value[j] = (float)(word[j] >> 8) * 0x1p-24f;"
            case (.uniform, true):
                """
                for (int j = 0; j < 2; j++)
                value[j] = (double)(((u64)word[2 * j] << 32 | word[2 * j + 1]) >> 11) * 0x1p-53;
                """
            case (.normal, false):
                """
                for (int j = 0; j < 2; j++) {
                const float u = (float)((word[2 * j] >> 8) + 1) * 0x1p-24f;
                const float v = (float)(word[2 * j + 1] >> 8) * 0x1p-24f;
                const float radius = sqrt(-2 * log(u)), angle = 2 * v;
                value[2 * j] = radius * cospi(angle); value[2 * j + 1] = radius * sinpi(angle);
                }
                """
            case (.normal, true):
                """
                const double u = (double)((((u64)word[0] << 32 | word[1]) >> 11) + 1) * 0x1p-53;
                const double v = (double)(((u64)word[2] << 32 | word[3]) >> 11) * 0x1p-53;
                const double radius = sqrt(-2 * log(u)), angle = 2 * v;
                value[0] = radius * cospi(angle); value[1] = radius * sinpi(angle);
                """
            }
        return TaskCalls([
            kernel.call(
                groupCount: context.groups(for: blocks),
                body: kernel.grid(
                    size,
                    """
                    u32 word[4]; \(type.dtype.cType) value[4];
                    philox(word, i, \(key)[0], \(key)[1], \(key)[2]);
                    \(numbers)
                    for (int j = 0; j < \(perBlock); j++) {
                    if (i * \(perBlock) + j < \(elements)) \(y)[i * \(perBlock) + j] = value[j];
                    }
                    """))
        ])
    }
}
