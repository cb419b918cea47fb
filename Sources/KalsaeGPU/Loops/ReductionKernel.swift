import KalsaeGraph
import KalsaeLowering

extension LoopPlan {
    /// The launches of a loop with reductions.
    func reduction(_ storages: [Storage], _ context: KernelContext) -> TaskCalls {
        let kept = sizes.indices.filter { !isReduced[$0] }
        let reduced = sizes.indices.filter { isReduced[$0] }
        let layout = ReductionLayout(
            kept: kept.reduce(1) { $0 * sizes[$1] }, reduced: reduced.reduce(1) { $0 * sizes[$1] },
            isTrailing: isReduced.last ?? false)
        guard layout.kept > 0 else { return TaskCalls() }
        if layout.reduced == 0 { return TaskCalls(outputs.map { fill($0, layout.kept, context) }) }
        return [self].rowCalls(
            layout, (kept, reduced), stored: Set(outputs.map(\.storage)), storages, context)
    }

    /// The results of nothing to join.
    private func fill(_ output: Output, _ count: Int, _ context: KernelContext) -> KernelCall {
        let dtype = valueTypes[output.value]
        var kernel = KernelBuilder(extent: count, isGuarded: context.isGuarded)
        let size = kernel.integer(count)
        let to = kernel.buffer(dtype.cType, .storage(output.storage, byteOffset: 0))
        return kernel.call(
            groupCount: context.groups(for: count),
            body: kernel.grid(size, "\(to)[i] = \(output.join.neutral(dtype));"))
    }
}

extension [LoopPlan] {
    /// The launches of a reduction and of loops behind it over the same rows.
    func rowCalls(
        _ space: RowSpace, stored: Set<Int>, _ storages: [Storage], _ context: KernelContext
    ) -> TaskCalls {
        let axes = space.axes
        return rowCalls(
            ReductionLayout(space), ([axes.row], [axes.along]), stored: stored, storages, context)
    }

    /// One launch, in which groups of work items join the elements of results, each item its own in turn,
    /// then all of a result as a tree of neighbors, whose elements lay side by side: so a product of large
    /// and small numbers stays within the type. Long rows are cut into parts, which a second launch joins.
    fileprivate func rowCalls(
        _ layout: ReductionLayout, _ axes: (kept: [Int], reduced: [Int]), stored: Set<Int>,
        _ storages: [Storage], _ context: KernelContext
    ) -> TaskCalls {
        let extent = reduce(layout.kept * Swift.max(layout.reduced, layout.parts)) {
            Swift.max($0, $1.extent)
        }
        func kernel(_ layout: ReductionLayout, partials: [Int: Int] = [:]) -> RowKernel {
            RowKernel(
                layout, extent: extent, stored: stored, partials: partials, storages, context)
        }
        guard layout.parts > 1, let first else {
            var whole = kernel(layout)
            for stage in self { whole.add(stage, axes) }
            return TaskCalls([whole.call()])
        }
        // Parts go to the workspace, one result behind the other.
        var (partials, bytes): ([Int: Int], Int) = ([:], 0)
        for output in first.outputs where !output.isElementwise {
            partials[output.storage] = bytes
            let size = first.valueTypes[output.value].byteSize
            bytes += (layout.kept * layout.parts * size + 127) & ~127
        }
        var parts = kernel(layout, partials: partials)
        parts.add(first, axes)
        var rest = kernel(layout.joiningParts)
        rest.addParts(first, from: partials)
        for stage in dropFirst() { rest.addNumbers(stage) }
        return TaskCalls([parts.call(), rest.call()], workspaceBytes: bytes)
    }
}

extension RowKernel {
    fileprivate mutating func add(_ stage: LoopPlan, _ axes: (kept: [Int], reduced: [Int])) {
        if stage.hasReductions || stage.sizes.count > 1 {
            addElements(stage, kept: axes.kept, reduced: axes.reduced)
        } else {
            addNumbers(stage)
        }
    }
}
