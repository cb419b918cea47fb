import CKalsaeKernels
import Glibc
import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// Makes a plan from a graph that the passes are done with.
struct CPUPlanBuilder {
    private let graph: Graph
    private let options: PlanOptions
    private let threads: Int

    init(_ graph: Graph, options: PlanOptions, threads: Int) {
        self.graph = graph
        self.options = options
        self.threads = threads
    }

    func build() throws(KalsaeError) -> CPUPlan {
        let builder = try UnitBuilder(graph)
        let (units, producers) = (builder.units, builder.producers)
        var storages = builder.storages
        let fusion = Fusion(units: units, producers: producers, outputs: builder.outputs)
        let donations = donations(builder)
        let schedule = Schedule(
            units: units, producers: producers, fusion: fusion, donations: donations,
            storages: storages, kept: Set(builder.outputs))
        var tasks: [PlannedTask] = []
        for number in schedule.order {
            guard let group = fusion.groups[number] else { continue }
            if let task = try task(group, units, storages, producers, fusion) { tasks.append(task) }
        }
        if PlanPass.pooling.isEnabled {
            tasks = PooledConvolution.joined(
                tasks, &storages, outputs: builder.outputs, donations: donations)
        }
        if PlanPass.epilogue.isEnabled {
            tasks = ProductEpilogue.joined(
                tasks, storages, outputs: builder.outputs, donations: donations)
        }
        let faultPoints = FaultPoints(tasks)
        var memory = MemoryPlan(
            tasks: tasks, storages: storages, outputs: builder.outputs,
            donations: options.donations, refused: schedule.refused, faultPoints: faultPoints)
        var assembly = PlanAssembly(storages: storages)
        // One place for all, so that it stays in the caches.
        var scratch: Int?
        for (number, task) in tasks.enumerated() {
            let kernel = try kernel(task, storages, memory.locations)
            let bytes = kernel.scratchBytes
            if let scratch, bytes > 0 {
                memory.arena.extend(scratch, to: number, byteCount: bytes)
            } else if bytes > 0 {
                scratch = memory.arena.add(byteCount: bytes, first: number, last: number)
            }
            assembly.add(
                kernel, task, scratch: bytes > 0 ? scratch : nil,
                mayFail: faultPoints.isPoint[number])
        }
        for copy in memory.lateCopies {
            assembly.addCopy(copy.storage, input: copy.input)
        }
        memory.arena.place()
        return try CPUPlan(
            CPUPlanCode(graph: graph, assembly: assembly, memory: memory, threads: threads))
    }

    private func donations(_ builder: UnitBuilder) -> [Int: Int] {
        var result: [Int: Int] = [:]
        guard !options.donations.isEmpty else { return result }
        var storageOf: [Int: Int] = [:]
        for (number, storage) in builder.storages.enumerated() {
            if case .input(let input) = storage.kind { storageOf[input] = number }
        }
        for (output, input) in zip(builder.outputs, options.donations) {
            guard let input, let storage = storageOf[input] else { continue }
            result[output] = storage
        }
        return result
    }

    /// What a group reads and writes; nil for one whose results nobody stores.
    private func task(
        _ group: Group, _ units: [Unit], _ storages: [Storage], _ producers: [Int?],
        _ fusion: Fusion
    ) throws(KalsaeError) -> PlannedTask? {
        guard group.isLoop else {
            let unit = units[group.units[0]]
            return PlannedTask(kind: .kernel(unit), reads: unit.operands, writes: [unit.result])
        }
        let first = units[group.units[0]]
        if group.units.count == 1, case .copy = first.kind, first.isTurning {
            return PlannedTask(kind: .kernel(first), reads: first.operands, writes: [first.result])
        }
        var builder = LoopBuilder(group, units: units, storages: storages, fusion: fusion)
        let loop = try builder.build()
        guard !loop.outputs.isEmpty else { return nil }
        var reads: [View] = []
        for unit in group.units {
            for operand in units[unit].operands where !reads.contains(operand) {
                if let producer = producers[operand.storage], group.units.contains(producer) {
                    continue
                }
                reads.append(operand)
            }
        }
        return PlannedTask(kind: .loop(loop), reads: reads, writes: loop.outputs.map(\.storage))
    }

    private func kernel(
        _ task: PlannedTask, _ storages: [Storage], _ locations: [Location]
    ) throws(KalsaeError) -> Kernel {
        switch task.kind {
        case .loop(let loop):
            return try loop.kernel(storages: storages, threads: threads) {
                locations[$0] == locations[$1]
            }
        case .product(let product):
            return product.kernel
        case .pooled(let pooled):
            return pooled.kernel
        case .places(let gradient):
            return gradient.kernel
        case .kernel(let unit):
            switch unit.kind {
            case .kernel(let primitive):
                return try Kernel.select(
                    primitive, operands: unit.operandTypes, result: unit.type)
            case .copy:
                return try Kernel.copy(unit.operands[0], unit.type.dtype)
            case .element, .reduction:
                throw KalsaeError("plan", expected: "a kernel", got: "a loop")
            }
        }
    }
}

/// The instructions of a plan while it is put together.
struct PlanAssembly {
    /// What a pointer of an instruction points at, before memory is placed.
    enum Target {
        case storage(Int, byteOffset: Int)
        case slot(Int)
        case input(Int)
    }

    let storages: [Storage]
    private(set) var kernels: [Kernel] = []
    private(set) var targets: [[Target]] = []
    private(set) var summaries: [InstructionSummary] = []
    /// Whether a run looks for an error behind each instruction.
    private(set) var mayFail: [Bool] = []

    init(storages: [Storage]) { self.storages = storages }

    mutating func add(_ kernel: Kernel, _ task: PlannedTask, scratch: Int?, mayFail: Bool) {
        var pointers: [Target] = []
        switch task.kind {
        case .loop(let loop):
            pointers = loop.buffers(storages).map { .storage($0, byteOffset: 0) }
        case .product(let product):
            pointers = operands(product.unit)
            pointers += product.buffers(storages).map { .storage($0, byteOffset: 0) }
        case .pooled(let pooled):
            pointers = operands(pooled.unit)
            pointers += task.writes.map { .storage($0, byteOffset: 0) }
        case .places(let gradient):
            pointers = operands(gradient.unit)
            pointers.append(.storage(gradient.unit.result, byteOffset: 0))
        case .kernel(let unit):
            pointers = operands(unit)
            pointers.append(.storage(unit.result, byteOffset: 0))
        }
        if let scratch { pointers.append(.slot(scratch)) }
        append(
            kernel, pointers, detail: task.detail, bytes: task.bytes(storages), mayFail: mayFail)
    }

    private func operands(_ unit: Unit) -> [Target] {
        unit.operands.map { operand in
            let size = storages[operand.storage].dtype.byteSize
            return .storage(operand.storage, byteOffset: operand.offset * size)
        }
    }

    /// Copies a result over a donated input, at the end.
    mutating func addCopy(_ storage: Int, input: Int) {
        let byteCount = storages[storage].byteCount
        let kernel = Kernel(name: "copy") { memcpy($0[1], $0[0], byteCount) }
        append(
            kernel, [.storage(storage, byteOffset: 0), .input(input)],
            detail: "to the donated input \(input)", bytes: 2 * Double(byteCount))
    }

    private mutating func append(
        _ kernel: Kernel, _ pointers: [Target], detail: String, bytes: Double,
        mayFail: Bool = false
    ) {
        // A library that fails is found at once too.
        self.mayFail.append(mayFail || kernel.callsLibrary)
        kernels.append(kernel)
        targets.append(pointers)
        summaries.append(
            InstructionSummary(
                name: kernel.name, detail: detail, engine: kernel.engine.name,
                flops: kernel.flops, bytes: bytes))
    }
}
