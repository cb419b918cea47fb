import KalsaeGraph
import KalsaeLowering

/// A kernel that does stages over rows, one behind the other: reductions, loops over the elements of each
/// row, loops over one number for each row. The work items of a row stay together, numbers of rows go on
/// in registers, and sums have the order of a ``ReductionLayout``.
struct RowKernel {
    private let layout: ReductionLayout
    private let storages: [Storage]
    /// Storages that others read; numbers of rows need not be stored.
    private let stored: Set<Int>
    /// Where in the workspace the parts of results go, by storage, if each is made of several.
    private let partials: [Int: Int]
    private var kernel: KernelBuilder
    private let rows: String
    /// Names of the registers with a number for each row, by storage.
    private var registers: [Int: String] = [:]
    private var front: [String] = []
    private var declared: [String] = []
    private var shared: [KernelText.SharedArray] = []
    private var texts: [String] = []

    /// - Parameters:
    ///   - extent: what no index reaches.
    ///   - stored: what is stored of the stages' results.
    init(
        _ layout: ReductionLayout, extent: Int, stored: Set<Int>, partials: [Int: Int],
        _ storages: [Storage], _ context: KernelContext
    ) {
        (self.layout, self.storages, self.stored) = (layout, storages, stored)
        self.partials = partials
        kernel = KernelBuilder(extent: extent, isGuarded: context.isGuarded, hasBarriers: true)
        let count = kernel.integer(layout.kept)
        rows = kernel.guardsStores ? "present" : count
        if kernel.guardsStores { front.append("const I present = isGood ? \(count) : 0;") }
    }

    /// The launch.
    func call() -> KernelCall {
        kernel.call(
            groupCount: layout.groupCount,
            body: """
                \(front.joined(separator: "\n"))
                const int t = \(layout.lane);
                const I o = (I)GID\(layout.parts > 1 ? " / parts" : "") * \(layout.width) + \(layout.result);
                \(declared.joined(separator: "\n"))
                \(texts.joined(separator: "\n"))
                """, shared: shared)
    }

    /// One number for each row, which all work items of the row compute.
    mutating func addNumbers(_ stage: LoopPlan) {
        let source = LoopSource(stage.with([]), storages, registers: registers, &kernel)
        let results = stage.outputs.map { "\(register($0, stage)) = v\($0.value);" }
        let stores = stage.outputs.compactMap { store($0, stage) }
        texts.append(
            """
            if (o < \(rows)) {
            \(source.constants.joined(separator: "\n"))
            const I i0 = o;
            \(source.body(linear: "o"))
            \(results.joined(separator: "\n"))
            }
            """)
        // What is overwritten was read by all.
        if !stores.isEmpty { texts.append("FENCE();\n" + storing(stores)) }
    }

    /// A loop over the elements of each row, with its reductions.
    mutating func addElements(_ stage: LoopPlan, kept: [Int], reduced: [Int]) {
        let elements = stage.outputs.filter(\.isElementwise)
        let source = LoopSource(stage.with(elements), storages, registers: registers, &kernel)
        let length = kernel.integer(layout.reduced)
        let stores = zip(elements, source.outputs).map { "\($1)[linear] = v\($0.value);" }
        let keptText = IndexText(kept, sizes: stage.sizes, &kernel)
        let reducedText = IndexText(reduced, sizes: stage.sizes, &kernel)
        let needed = source.neededAxes
        let joins = stage.outputs.filter { !$0.isElementwise }
        let sums = joins.indices.map { number in
            let dtype = stage.valueTypes[joins[number].value]
            return "a\(number) = "
                + joins[number].join.join(dtype, "a\(number)", "v\(joins[number].value)") + ";"
        }
        let (first, last) = range(length)
        let walk = """
            if (o < \(rows)) {
            \(source.constants.joined(separator: "\n"))
            \(keptText.lines(of: "o", needed: needed))
            for (I r = \(first); r < \(last); r += \(layout.lanes)) {
            \(reducedText.lines(of: "r", needed: needed))
            const I linear = \(layout.isTrailing ? "o * \(length) + r" : "r * \(rows) + o");
            \(source.body(linear: "linear"))
            \((stores + sums).joined(separator: "\n"))
            }
            }
            """
        if joins.isEmpty { return texts.append(walk) }
        addTree(joins, stage, walk)
    }

    /// Joins the parts of each result, each work item those that lie side by side.
    ///
    /// - Parameter offsets: where the parts of each result are in the workspace, by storage.
    mutating func addParts(_ stage: LoopPlan, from offsets: [Int: Int]) {
        let joins = stage.outputs.filter { !$0.isElementwise }
        let parts = kernel.integer(layout.reduced)
        let turn = kernel.integer((layout.reduced + layout.lanes - 1) / layout.lanes)
        var lines: [String] = []
        for (number, output) in joins.enumerated() {
            let dtype = stage.valueTypes[output.value]
            let from = kernel.buffer(
                "const \(dtype.cType)", .workspace(byteOffset: offsets[output.storage] ?? 0))
            let next = "\(from)[o * \(parts) + part]"
            lines.append("a\(number) = \(output.join.join(dtype, "a\(number)", next));")
        }
        addTree(
            joins, stage,
            """
            for (I j = 0; j < \(turn); j++) {
            const I part = t * \(turn) + j;
            if (o < \(rows) && part < \(parts)) {
            \(lines.joined(separator: "\n"))
            }
            }
            """)
    }

    /// The elements of a work item: from the first one on, in steps, below the last one.
    private mutating func range(_ length: String) -> (first: String, last: String) {
        guard layout.parts > 1 else { return ("t", length) }
        let (parts, size) = (kernel.integer(layout.parts), kernel.integer(layout.partSize))
        front.append("const I parts = \(parts), part = (I)GID % parts;")
        declared.append(
            """
            I last = (part + 1) * \(size);
            if (last > \(length)) last = \(length);
            """)
        return ("part * \(size) + t", "last")
    }

    /// Lines that join elements into `a0`, `a1`, …, then a tree of what the work items of a row have.
    private mutating func addTree(
        _ joins: [LoopPlan.Output], _ stage: LoopPlan, _ walk: String
    ) {
        var (neutral, keep, tree, results): ([String], [String], [String], [String]) = (
            [], [], [], []
        )
        for (number, output) in joins.enumerated() {
            let dtype = stage.valueTypes[output.value]
            let array = "s\(shared.count)"
            shared.append(.init(dtype.cType, array, kernel.groupSize))
            neutral.append("\(dtype.cType) a\(number) = \(output.join.neutral(dtype));")
            keep.append("\(array)[LID] = a\(number);")
            let next = "\(array)[LID + h * \(layout.laneStep)]"
            tree.append("\(array)[LID] = \(output.join.join(dtype, "\(array)[LID]", next));")
            results.append(
                "\(register(output, stage)) = \(array)[LID - t * \(layout.laneStep)];")
        }
        texts.append(
            """
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
            \(storing(joins.compactMap { store($0, stage) }))
            }
            """)
    }

    private mutating func register(_ output: LoopPlan.Output, _ stage: LoopPlan) -> String {
        let name = "row\(registers.count)"
        registers[output.storage] = name
        let dtype = stage.valueTypes[output.value]
        declared.append("\(dtype.cType) \(name) = \(dtype.zero);")
        return name
    }

    private mutating func store(_ output: LoopPlan.Output, _ stage: LoopPlan) -> String? {
        guard let name = registers[output.storage] else { return nil }
        let type = stage.valueTypes[output.value].cType
        if let offset = partials[output.storage] {
            let buffer = kernel.buffer(type, .workspace(byteOffset: offset))
            return "\(buffer)[o * parts + part] = \(name);"
        }
        guard stored.contains(output.storage) else { return nil }
        let buffer = kernel.buffer(type, .storage(output.storage, byteOffset: 0))
        return "\(buffer)[o] = \(name);"
    }

    private func storing(_ stores: [String]) -> String {
        stores.isEmpty
            ? "" : "if (t == 0 && o < \(rows)) {\n\(stores.joined(separator: "\n"))\n}"
    }
}
