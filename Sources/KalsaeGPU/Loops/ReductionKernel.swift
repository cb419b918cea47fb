import KalsaeGraph
import KalsaeLowering

extension LoopPlan {
    /// The launches of a loop with reductions: groups of work items join elements, each item its own
    /// in turn, then all of a result as a tree of neighbors, whose elements lay side by side: so a
    /// product of large and small numbers stays within the type.
    func reduction(_ storages: [Storage], _ context: KernelContext) -> TaskCalls {
        let reducedAxes = sizes.indices.filter { isReduced[$0] }
        let keptAxes = sizes.indices.filter { !isReduced[$0] }
        let layout = ReductionLayout(
            kept: keptAxes.reduce(1) { $0 * sizes[$1] },
            reduced: reducedAxes.reduce(1) { $0 * sizes[$1] },
            isTrailing: isReduced.last ?? false)
        guard layout.kept > 0 else { return TaskCalls() }
        if layout.reduced == 0 { return TaskCalls(outputs.map { fill($0, layout.kept, context) }) }
        var kernel = KernelBuilder(
            extent: max(extent, layout.kept * layout.parts), isGuarded: context.isGuarded)
        let kept = kernel.integer(layout.kept)
        let reduced = kernel.integer(layout.reduced)
        let parts = kernel.integer(layout.parts)
        let partSize = kernel.integer(layout.partSize)
        var plan = self
        // Partial results go to the workspace, one reduction behind the other.
        var offset = 0
        var partials: [(output: Output, offset: Int)] = []
        for output in outputs where !output.isElementwise {
            partials.append((output, offset))
            let size = valueTypes[output.value].byteSize
            offset += (layout.kept * layout.parts * size + 127) & ~127
        }
        if layout.parts > 1 { plan.outputs.removeAll { !$0.isElementwise } }
        let loop = LoopSource(plan, storages, &kernel)
        var targets: [String] = []
        for (number, output) in plan.outputs.enumerated() where !output.isElementwise {
            targets.append(loop.outputs[number])
        }
        if layout.parts > 1 {
            targets = partials.map { output, offset in
                kernel.buffer(
                    valueTypes[output.value].cType, .workspace(byteOffset: offset))
            }
        }
        let keptText = IndexText(keptAxes, sizes: sizes, &kernel)
        let reducedText = IndexText(reducedAxes, sizes: sizes, &kernel)
        let needed = loop.neededAxes
        let (group, lanes, width) = (kernel.groupSize, layout.lanes, layout.width)
        let joins = partials.map(\.output)
        let types = joins.map { valueTypes[$0.value] }
        let linear = layout.isTrailing ? "o * \(reduced) + r" : "r * \(kept) + o"
        var stores: [String] = []
        for (output, buffer) in zip(plan.outputs, loop.outputs) where output.isElementwise {
            stores.append("\(buffer)[linear] = v\(output.value);")
        }
        let neutral = joins.indices.map {
            "\(types[$0].cType) a\($0) = \(joins[$0].join.neutral(types[$0]));"
        }
        let joined = joins.indices.map {
            "a\($0) = \(joins[$0].join.join(types[$0], "a\($0)", "v\(joins[$0].value)"));"
        }
        let kept0 = joins.indices.map { "s\($0)[LID] = a\($0);" }
        let tree = joins.indices.map { number in
            let (left, right) = (
                "s\(number)[LID]", "s\(number)[LID + h * \(layout.laneStep)]"
            )
            return "\(left) = \(joins[number].join.join(types[number], left, right));"
        }
        let results = joins.indices.map { "\(targets[$0])[o * \(parts) + part] = s\($0)[LID];" }
        let first = kernel.call(
            groupCount: layout.groupCount,
            body: """
                \(loop.constants.joined(separator: "\n"))
                const int t = \(layout.lane);
                const I part = (I)GID % \(parts);
                const I o = (I)GID / \(parts) * \(width) + \(layout.result);
                \(neutral.joined(separator: "\n"))
                if (o < \(kept)) {
                \(keptText.lines(of: "o", needed: needed))
                I last = (part + 1) * \(partSize);
                if (last > \(reduced)) last = \(reduced);
                for (I r = part * \(partSize) + t; r < last; r += \(lanes)) {
                \(reducedText.lines(of: "r", needed: needed))
                const I linear = \(linear);
                \(loop.body(linear: "linear"))
                \(stores.joined(separator: "\n"))
                \(joined.joined(separator: "\n"))
                }
                }
                \(kept0.joined(separator: "\n"))
                BARRIER();
                for (int h = 1; h < \(lanes); h *= 2) {
                if (t % (2 * h) == 0) {
                \(tree.joined(separator: "\n"))
                }
                BARRIER();
                }
                if (t == 0 && o < \(kept)) {
                \(results.joined(separator: "\n"))
                }
                """,
            shared: types.enumerated().map { "SHARED(\($1.cType), s\($0), \(group));" })
        guard layout.parts > 1 else { return TaskCalls([first]) }
        let rest = partials.map { output, offset in
            joinParts(output, at: offset, layout, context)
        }
        return TaskCalls([first] + rest, workspaceBytes: offset)
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

    /// Joins the parts of each result as a tree of neighbors, by a few work items.
    private func joinParts(
        _ output: Output, at offset: Int, _ layout: ReductionLayout, _ context: KernelContext
    ) -> KernelCall {
        let dtype = valueTypes[output.value]
        let (lanes, group) = (ReductionLayout.joiningLanes, KernelBuilder.usualGroup)
        var kernel = KernelBuilder(
            extent: layout.kept * layout.parts, isGuarded: context.isGuarded)
        let count = kernel.integer(layout.kept)
        let parts = kernel.integer(layout.parts)
        let turn = kernel.integer((layout.parts + lanes - 1) / lanes)
        let from = kernel.buffer("const \(dtype.cType)", .workspace(byteOffset: offset))
        let to = kernel.buffer(dtype.cType, .storage(output.storage, byteOffset: 0))
        return kernel.call(
            groupCount: (layout.kept * lanes + group - 1) / group,
            body: """
                const int t = LID % \(lanes);
                const I o = (I)GID * \(group / lanes) + LID / \(lanes);
                \(dtype.cType) sum = \(output.join.neutral(dtype));
                for (I j = 0; j < \(turn); j++) {
                const I part = t * \(turn) + j;
                if (o < \(count) && part < \(parts)) {
                sum = \(output.join.join(dtype, "sum", "\(from)[o * \(parts) + part]"));
                }
                }
                s0[LID] = sum;
                BARRIER();
                for (int h = 1; h < \(lanes); h *= 2) {
                if (t % (2 * h) == 0) s0[LID] = \(output.join.join(dtype, "s0[LID]", "s0[LID + h]"));
                BARRIER();
                }
                if (t == 0 && o < \(count)) \(to)[o] = s0[LID];
                """, shared: ["SHARED(\(dtype.cType), s0, \(group));"])
    }
}

extension LoopPlan.Output {
    /// How elements are joined; of what is stored one by one this is not asked.
    var join: Reduction { reduction ?? .sum }
}
