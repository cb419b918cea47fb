import KalsaeGraph
import KalsaeLowering

extension LoweredOp {
    /// Running results along an axis, a work item a line.
    func scan(_ scan: Scan, _ parameters: ScanParameters, _ context: KernelContext) -> TaskCalls {
        let shape = type.shape
        let count = shape.elementCount
        guard count > 0 else { return TaskCalls() }
        let length = shape[parameters.axis]
        let inner = shape.dropFirst(parameters.axis + 1).reduce(1, *)
        let dtype = type.dtype
        // Sums of float32 are added in float64, where the device has it.
        let isWide = scan == .sum && dtype == .float32 && context.hasFloat64
        let total = isWide ? DType.float64 : dtype
        var kernel = KernelBuilder(extent: count, isGuarded: context.isGuarded)
        let x = kernel.buffer("const \(dtype.cType)", operand(0))
        let y = kernel.buffer(dtype.cType, output)
        let lines = kernel.integer(count / length), n = kernel.integer(length)
        let step = kernel.integer(inner)
        let (start, join): (String, String) =
            switch scan {
            case .sum: (total.zero, "add_\(total.suffix)(before, value)")
            // Of equal ones the later, as their signs may differ for zeros.
            case .maximum:
                ("LEAST_\(dtype.suffix)", "before != before || before > value ? before : value")
            }
        return TaskCalls([
            kernel.call(
                groupCount: context.groups(for: count / length),
                body: kernel.grid(
                    lines,
                    """
                    const I first = i / \(step) * \(n) * \(step) + i % \(step);
                    \(total.cType) total = \(start);
                    for (I j = 0; j < \(n); j++) {
                    const I at = first + \(parameters.reverse ? "(\(n) - 1 - j)" : "j") * \(step);
                    const \(total.cType) before = total, value = (\(total.cType))\(x)[at];
                    total = \(join);
                    \(y)[at] = (\(dtype.cType))\(parameters.exclusive ? "before" : "total");
                    }
                    """))
        ])
    }
}
