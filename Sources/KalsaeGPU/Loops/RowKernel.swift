import KalsaeGraph
import KalsaeLowering

/// Reductions and loops over the same rows as one kernel: the work items of a row do one stage after the
/// other; a number for each row goes on in registers, and sums have the order of ``ReductionLayout``.
struct RowKernel {
    private let space: RowSpace
    private let layout: ReductionLayout
    private let stages: [LoopPlan]
    private let storages: [Storage]
    /// Storages that others read; numbers of rows need not be stored.
    private let stored: Set<Int>
    private var kernel: KernelBuilder
    /// Names of the registers with a number for each row, by storage.
    private var registers: [Int: String] = [:]
    private var declared: [String] = []
    private var shared: [String] = []

    /// - Parameter writes: what is stored of the stages' results.
    init(
        _ space: RowSpace, _ stages: [LoopPlan], writes: [Int], _ storages: [Storage],
        _ context: KernelContext
    ) {
        self.space = space
        self.stages = stages
        self.storages = storages
        layout = ReductionLayout(space)
        stored = Set(writes)
        let extent = stages.reduce(space.rows * space.length) { max($0, $1.extent) }
        kernel = KernelBuilder(extent: extent, isGuarded: context.isGuarded)
    }

    /// The launch.
    mutating func call() -> KernelCall {
        let (rows, length) = (kernel.integer(space.rows), kernel.integer(space.length))
        var texts: [String] = []
        for (number, stage) in stages.enumerated() {
            texts.append(
                space.isPerRow(stage)
                    ? perRow(stage, rows) : overElements(stage, number, rows, length))
        }
        return kernel.call(
            groupCount: layout.groupCount,
            body: """
                const int t = \(layout.lane);
                const I o = (I)GID * \(layout.width) + \(layout.result);
                \(declared.joined(separator: "\n"))
                \(texts.joined(separator: "\n"))
                """, shared: shared)
    }

    /// One number for each row, which all work items of the row compute.
    private mutating func perRow(_ stage: LoopPlan, _ rows: String) -> String {
        let source = source(stage)
        let results = stage.outputs.map { output in
            let name = register(output, stage)
            return "\(name) = v\(output.value);"
        }
        let stores = stage.outputs.compactMap { store($0, stage) }
        return """
            if (o < \(rows)) {
            \(source.constants.joined(separator: "\n"))
            const I i0 = o;
            \(source.body(linear: "o"))
            \(results.joined(separator: "\n"))
            }
            \(stores.isEmpty ? "" : "BARRIER();")
            \(storing(stores, rows))
            """
    }

    /// A loop over the elements of each row, with its reductions.
    private mutating func overElements(
        _ stage: LoopPlan, _ number: Int, _ rows: String, _ length: String
    ) -> String {
        let source = source(stage)
        let axes = space.axes
        let linear = space.isTrailing ? "o * \(length) + r" : "r * \(rows) + o"
        var lines: [String] = []
        for (output, buffer) in zip(stage.outputs.filter(\.isElementwise), source.outputs) {
            lines.append("\(buffer)[linear] = v\(output.value);")
        }
        let joins = stage.outputs.filter { !$0.isElementwise }
        var (neutral, keep, tree, results): ([String], [String], [String], [String]) = (
            [], [], [], []
        )
        for (index, output) in joins.enumerated() {
            let dtype = stage.valueTypes[output.value]
            let (sum, array) = ("a\(index)", "s\(number)_\(index)")
            shared.append("SHARED(\(dtype.cType), \(array), \(kernel.groupSize));")
            neutral.append("\(dtype.cType) \(sum) = \(output.join.neutral(dtype));")
            lines.append("\(sum) = \(output.join.join(dtype, sum, "v\(output.value)"));")
            keep.append("\(array)[LID] = \(sum);")
            let next = "\(array)[LID + h * \(layout.laneStep)]"
            tree.append("\(array)[LID] = \(output.join.join(dtype, "\(array)[LID]", next));")
            results.append(
                "\(register(output, stage)) = \(array)[LID - t * \(layout.laneStep)];")
        }
        let walk = """
            if (o < \(rows)) {
            \(source.constants.joined(separator: "\n"))
            for (I r = t; r < \(length); r += \(layout.lanes)) {
            const I i\(axes.row) = o, i\(axes.along) = r, linear = \(linear);
            \(source.body(linear: "linear"))
            \(lines.joined(separator: "\n"))
            }
            }
            """
        guard !joins.isEmpty else { return walk }
        return """
            {
            \(neutral.joined(separator: "\n"))
            \(walk)
            \(keep.joined(separator: "\n"))
            BARRIER();
            for (int h = 1; h < \(layout.lanes); h *= 2) {
            if (t % (2 * h) == 0) {
            \(tree.joined(separator: "\n"))
            }
            BARRIER();
            }
            \(results.joined(separator: "\n"))
            \(storing(joins.compactMap { store($0, stage) }, rows))
            }
            """
    }

    /// A stage's text, of which elements are stored, and numbers of rows go to registers.
    private mutating func source(_ stage: LoopPlan) -> LoopSource {
        var plan = stage
        plan.outputs = space.isPerRow(stage) ? [] : stage.outputs.filter(\.isElementwise)
        return LoopSource(plan, storages, registers: registers, &kernel)
    }

    private mutating func register(_ output: LoopPlan.Output, _ stage: LoopPlan) -> String {
        let name = "row\(registers.count)"
        registers[output.storage] = name
        let dtype = stage.valueTypes[output.value]
        declared.append("\(dtype.cType) \(name) = \(dtype.zero);")
        return name
    }

    private mutating func store(_ output: LoopPlan.Output, _ stage: LoopPlan) -> String? {
        guard stored.contains(output.storage), let name = registers[output.storage] else {
            return nil
        }
        let buffer = kernel.buffer(
            stage.valueTypes[output.value].cType, .storage(output.storage, byteOffset: 0))
        return "\(buffer)[o] = \(name);"
    }

    private func storing(_ stores: [String], _ rows: String) -> String {
        stores.isEmpty
            ? "" : "if (t == 0 && o < \(rows)) {\n\(stores.joined(separator: "\n"))\n}"
    }
}
