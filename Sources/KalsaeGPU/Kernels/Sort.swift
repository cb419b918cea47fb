import KalsaeGraph
import KalsaeLowering

/// The stable order of lines of numbers by merging: runs of 1, 2, 4, … indices become runs of twice
/// the length, each index finding its position in the other run by halving.
struct SortCalls {
    private let values: KernelCall.Argument
    private let dtype: DType
    private let lines: Int, length: Int
    private let isDescending: Bool

    init(
        _ values: KernelCall.Argument, _ dtype: DType, lines: Int, length: Int, descending: Bool
    ) {
        (self.values, self.dtype, self.lines, self.length) = (values, dtype, lines, length)
        isDescending = descending
    }

    private var bytes: Int { (lines * length * 4 + 127) & ~127 }

    /// Two lists of indices: each merge reads one and writes the other.
    var workspaceBytes: Int { 2 * bytes }

    /// The launches, and where in the workspace the sorted indices are.
    func calls(
        _ context: KernelContext, workspaceOffset: Int
    ) -> (calls: [KernelCall], offset: Int) {
        let all = merges(context, workspaceOffset: workspaceOffset, to: nil, limit: length)
        return (all.calls, all.offset)
    }

    /// The launches, with the first `limit` indices of each line written to a result.
    func calls(_ context: KernelContext, to result: KernelCall.Argument, limit: Int) -> [KernelCall]
    {
        merges(context, workspaceOffset: 0, to: result, limit: limit).calls
    }

    private func merges(
        _ context: KernelContext, workspaceOffset: Int, to result: KernelCall.Argument?, limit: Int
    ) -> (calls: [KernelCall], offset: Int) {
        guard lines * length > 0 else { return ([], workspaceOffset) }
        var calls: [KernelCall] = []
        var (run, side) = (1, 0)
        repeat {
            let isLast = 2 * run >= length
            let target = KernelCall.Argument.workspace(byteOffset: workspaceOffset + side * bytes)
            let source = KernelCall.Argument.workspace(
                byteOffset: workspaceOffset + (1 - side) * bytes)
            calls.append(
                merge(
                    run, context, from: run == 1 ? nil : source,
                    to: isLast ? result ?? target : target,
                    limit: isLast ? limit : length))
            side = 1 - side
            run *= 2
        } while run < length
        return (calls, workspaceOffset + (1 - side) * bytes)
    }

    private func merge(
        _ run: Int, _ context: KernelContext, from: KernelCall.Argument?,
        to: KernelCall.Argument, limit: Int
    ) -> KernelCall {
        let count = lines * length
        var kernel = KernelBuilder(extent: 2 * count, isGuarded: context.isGuarded)
        let x = kernel.buffer("const \(dtype.cType)", values)
        let source = from.map { kernel.buffer("const int", $0) }
        let y = kernel.buffer("int", to)
        let size = kernel.integer(count), n = kernel.integer(length)
        let runLength = kernel.integer(run), kept = kernel.integer(limit)
        func index(_ position: String) -> String {
            source.map { "\($0)[line * \(n) + \(position)]" } ?? "(int)(\(position))"
        }
        let type = dtype.order
        let (x1, x2) = ("(\(type.cType))\(x)[line * \(n) + other]", "value")
        // Whether the other comes before this one where neither stands in front.
        let before =
            isDescending
            ? "less_\(type.suffix)(\(x2), \(x1))" : "less_\(type.suffix)(\(x1), \(x2))"
        let notBehind =
            isDescending
            ? "!less_\(type.suffix)(\(x1), \(x2))" : "!less_\(type.suffix)(\(x2), \(x1))"
        return kernel.call(
            groupCount: context.groups(for: count),
            body: kernel.grid(
                size,
                """
                const I line = i / \(n), p = i % \(n);
                const I start = p / (2 * \(runLength)) * (2 * \(runLength));
                I middle = start + \(runLength), end = start + 2 * \(runLength);
                if (middle > \(n)) middle = \(n);
                if (end > \(n)) end = \(n);
                const int own = \(index("p"));
                const \(type.cType) value = (\(type.cType))\(x)[line * \(n) + own];
                const int isFirst = p < middle;
                I low = isFirst ? middle : start, high = isFirst ? end : middle;
                const I base = low;
                while (low < high) {
                const I center = (low + high) / 2;
                const int other = \(index("center"));
                const int comes = isFirst ? \(before) : \(notBehind);
                if (comes) low = center + 1; else high = center;
                }
                const I rank = (isFirst ? p : p - middle + start) + low - base;
                if (rank < \(kept)) \(y)[line * \(kept) + rank] = own;
                """))
    }
}

extension DType {
    /// The type in which numbers are compared.
    fileprivate var order: DType { self == .bool ? .uint8 : self }
}

extension LoweredOp {
    /// Indices that sort the last axis, or the first of them.
    func sorted(descending: Bool, limit: Int, _ context: KernelContext) -> TaskCalls {
        let shape = operandTypes[0].shape
        let length = shape.last ?? 0
        let sort = SortCalls(
            operand(0), operandTypes[0].dtype, lines: shape.dropLast().reduce(1, *),
            length: length, descending: descending)
        guard limit > 0 else { return TaskCalls() }
        return TaskCalls(
            sort.calls(context, to: output, limit: limit), workspaceBytes: sort.workspaceBytes)
    }
}
