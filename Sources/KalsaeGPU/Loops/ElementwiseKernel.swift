import KalsaeGraph
import KalsaeLowering

extension LoopPlan {
    /// The launches of the loop; none where there is nothing to compute.
    func calls(_ storages: [Storage], _ context: KernelContext) -> TaskCalls {
        if outputs.contains(where: { !$0.isElementwise }) { return reduction(storages, context) }
        guard count > 0 else { return TaskCalls() }
        var kernel = KernelBuilder(extent: extent, isGuarded: context.isGuarded)
        let size = kernel.integer(count)
        let loop = LoopSource(self, storages, &kernel)
        let indices = IndexText(Array(sizes.indices), sizes: sizes, &kernel)
        let stores = zip(outputs, loop.outputs).map { "\($1)[i] = v\($0.value);" }
        return TaskCalls([
            kernel.call(
                groupCount: context.groups(for: count),
                body: loop.constants.joined(separator: "\n")
                    + kernel.grid(
                        size,
                        """
                        \(indices.lines(of: "i", needed: loop.neededAxes))
                        \(loop.body(linear: "i"))
                        \(stores.joined(separator: "\n"))
                        """))
        ])
    }

    /// What no index of the loop reaches.
    var extent: Int {
        loads.reduce(count) { most, entry in
            let reach = zip(entry.load.strides, sizes).reduce(0) {
                $0 + abs($1.0) * max($1.1 - 1, 0)
            }
            return max(most, reach + 1)
        }
    }
}
