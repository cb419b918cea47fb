import KalsaeGraph
import KalsaeLowering

extension LoweredOp {
    /// Entries of an axis by number; what is out of range is noted, and read as 0.
    func gather(axis: Int, _ context: KernelContext) -> TaskCalls {
        let (values, indices) = (operandTypes[0].shape, operandTypes[1])
        let calls = indexCheck(limit: values[axis], context)
        let count = type.shape.elementCount
        guard count > 0 else { return TaskCalls(calls, indexLimit: values[axis]) }
        var kernel = KernelBuilder(
            extent: max(count, values.elementCount), isGuarded: context.isGuarded)
        let cType = type.dtype.cType
        let x = kernel.buffer("const \(cType)", operand(0))
        let index = kernel.buffer("const \(indices.dtype.cType)", operand(1))
        let y = kernel.buffer(cType, output)
        let size = kernel.integer(count), entries = kernel.integer(values[axis])
        let asked = kernel.integer(indices.shape.elementCount)
        let after = kernel.integer(values.dropFirst(axis + 1).reduce(1, *))
        let call = kernel.call(
            groupCount: context.groups(for: count),
            body: kernel.grid(
                size,
                """
                const I column = i % \(after), row = i / \(after) % \(asked);
                const I block = i / \(after) / \(asked);
                const i64 entry = (i64)\(index)[row];
                \(y)[i] = entry < 0 || entry >= \(entries) ? \(type.dtype.zero)
                    : \(x)[(block * \(entries) + (I)entry) * \(after) + column];
                """))
        return TaskCalls(calls + [call], indexLimit: values[axis])
    }

    /// Notes the first index that is out of range, where a run looks for it.
    private func indexCheck(limit: Int, _ context: KernelContext) -> [KernelCall] {
        let count = operandTypes[1].shape.elementCount
        guard context.isFaultPoint, count > 0 else { return [] }
        var kernel = KernelBuilder(extent: max(count, limit))
        kernel.errors()
        let index = kernel.buffer("const \(operandTypes[1].dtype.cType)", operand(1))
        let size = kernel.integer(count), entries = kernel.integer(limit)
        let check = kernel.call(
            groupCount: context.groups(for: count),
            body: kernel.grid(
                size,
                """
                const i64 entry = (i64)\(index)[i];
                if (entry < 0 || entry >= \(entries)) \(ErrorWords.note(.lookup, at: "i"))
                """))
        return [
            check,
            ErrorWords.settle(
                instruction: context.task, indices: (operand(1), operandTypes[1].dtype)),
        ]
    }

    /// Adds updates to entries in the order of the indices: those are sorted, and each entry adds
    /// its own, so that sums have one order.
    func scatterAdd(axis: Int, _ context: KernelContext) -> TaskCalls {
        let (base, indices) = (operandTypes[0].shape, operandTypes[1])
        let calls = indexCheck(limit: base[axis], context)
        let count = base.elementCount
        guard count > 0 else { return TaskCalls(calls, indexLimit: base[axis]) }
        let length = indices.shape.elementCount
        let sort = SortCalls(
            operand(1), indices.dtype, lines: 1, length: length, descending: false)
        let sorted = sort.calls(context, workspaceOffset: 0)
        var kernel = KernelBuilder(
            extent: max(count, operandTypes[2].shape.elementCount), isGuarded: context.isGuarded)
        let (cType, suffix) = (type.dtype.cType, type.dtype.suffix)
        let x = kernel.buffer("const \(cType)", operand(0))
        let index = kernel.buffer("const \(indices.dtype.cType)", operand(1))
        let updates = kernel.buffer("const \(cType)", operand(2))
        let order = kernel.buffer("const int", .workspace(byteOffset: sorted.offset))
        let y = kernel.buffer(cType, output)
        let size = kernel.integer(count), entries = kernel.integer(base[axis])
        let asked = kernel.integer(length)
        let after = kernel.integer(base.dropFirst(axis + 1).reduce(1, *))
        let call = kernel.call(
            groupCount: context.groups(for: count),
            body: kernel.grid(
                size,
                """
                const I column = i % \(after), block = i / \(after) / \(entries);
                const i64 entry = (i64)(i / \(after) % \(entries));
                I low = 0, high = \(asked);
                while (low < high) {
                const I middle = (low + high) / 2;
                if ((i64)\(index)[\(order)[middle]] < entry) low = middle + 1; else high = middle;
                }
                \(cType) sum = \(x)[i];
                for (; low < \(asked) && (i64)\(index)[\(order)[low]] == entry; low++) {
                sum = add_\(suffix)(sum, \(updates)[(block * \(asked) + \(order)[low]) * \(after) + column]);
                }
                \(y)[i] = sum;
                """))
        return TaskCalls(
            calls + sorted.calls + [call], workspaceBytes: sort.workspaceBytes,
            indexLimit: base[axis])
    }
}
