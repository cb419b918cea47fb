import CKalsaeKernels
import KalsaeGraph
import KalsaeSupport

/// A product or convolution and a loop that reads its result: one instruction, in which each block
/// of the result is worked on while it lies in the first cache, by the thread that made it.
struct ProductEpilogue {
    var unit: Unit
    var loop: LoopPlan
    var kernel: Kernel

    /// A loop that reads and writes more large tensors is better off alone, over whole rows: their
    /// panels (Adam's) lie too far apart for the processor to fetch them in time.
    private static let mostStreams = 3

    /// A loop that computes more than it moves gains nothing from the cache, and is faster over long
    /// rows.
    private static let mostCost = 16.0

    /// What the loop reads besides the product's result, then what it writes.
    func buffers(_ storages: [Storage]) -> [Int] { loop.buffers(storages, behind: unit.result) }

    /// - Parameter keepsResult: whether others read the product's result too.
    private init?(_ unit: Unit, _ loop: LoopPlan, _ storages: [Storage], keepsResult: Bool) {
        guard unit.type.dtype == .float32, let engine = Engine(unit),
            var loop = loop.overRows(engine.rows, engine.columns),
            let result = loop.loads.first(where: { $0.load.storage == unit.result }),
            loop.loads.count(where: { $0.load.storage == unit.result }) == 1
        else { return nil }
        if keepsResult {
            loop.outputs.append(
                .init(value: result.value, storage: unit.result, operation: KLS_COPY))
        }
        let streams =
            loop.loads.count { $0.load.strides[0] != 0 && $0.load.storage != unit.result }
            + loop.outputs.count(where: \.isElementwise)
        guard streams <= ProductEpilogue.mostStreams, loop.cost <= ProductEpilogue.mostCost,
            let kernel = loop.withSpecification(
                storages, behind: unit.result, { engine.kernel(loop, $0, storages, unit.result) })
        else { return nil }
        (self.unit, self.loop, self.kernel) = (unit, loop, kernel)
    }

    /// Joins products with the first loops that read them wherever nothing between changes what
    /// they read.
    ///
    /// - Parameter donations: output storage to the storage of the input that it overwrites.
    static func joined(
        _ tasks: [PlannedTask], _ storages: [Storage], outputs: [Int], donations: [Int: Int]
    ) -> [PlannedTask] {
        var tasks: [PlannedTask?] = tasks
        var index = TaskReaders(tasks, storages: storages.count, donations: donations)
        let outputs = Set(outputs)
        for (place, task) in tasks.enumerated() {
            guard let task, case .kernel(let unit) = task.kind, !outputs.contains(unit.result)
            else { continue }
            let readers = index.places(unit.result, in: tasks)
            guard let first = readers.first, let reader = tasks[first],
                case .loop(let loop) = reader.kind,
                reader.reads.allSatisfy({
                    $0.storage != unit.result || ($0.isDense && $0.offset == 0)
                })
            else { continue }
            let spoils = unit.operands.contains {
                index.overwrites($0.storage, at: (place + 1)...first)
            }
            let keeps = readers.count > 1
            guard !spoils, let both = ProductEpilogue(unit, loop, storages, keepsResult: keeps)
            else { continue }
            tasks[place] = nil
            index.move(place, to: first)
            tasks[first] = PlannedTask(
                kind: .product(both),
                reads: unit.operands + reader.reads.filter { $0.storage != unit.result },
                writes: reader.writes + (keeps ? [unit.result] : []))
        }
        return tasks.compactMap { $0 }
    }
}

/// What makes the elements of a block: the sizes of a product or of a convolution.
private enum Engine {
    case product(ProductSizes)
    case convolution(ConvolutionSizes, ofInput: Bool)

    init?(_ unit: Unit) {
        guard case .kernel(let primitive) = unit.kind else { return nil }
        let shapes = unit.operandTypes.map(\.shape)
        if case .matrixProduct(let parameters) = primitive {
            let types = unit.operandTypes
            self = .product(ProductSizes(parameters, left: types[0], right: types[1]))
        } else if case .convolution(let parameters) = primitive {
            let sizes = ConvolutionSizes(
                parameters: parameters, input: shapes[0], kernel: shapes[1],
                output: unit.type.shape)
            self = .convolution(sizes, ofInput: false)
        } else if case .convolutionInputGradient(let parameters, let input) = primitive {
            let sizes = ConvolutionSizes(
                parameters: parameters, input: input, kernel: shapes[1], output: shapes[0])
            self = .convolution(sizes, ofInput: true)
        } else {
            return nil
        }
    }

    var rows: Int {
        switch self {
        case .product(let sizes): sizes.batch * sizes.m
        case .convolution(let sizes, let ofInput):
            (ofInput ? sizes.input : sizes.output).dropLast().reduce(1, *)
        }
    }

    var columns: Int {
        switch self {
        case .product(let sizes): sizes.n
        case .convolution(let sizes, let ofInput): (ofInput ? sizes.input : sizes.output)[3]
        }
    }

    /// The instruction with a loop behind it, or nil where the own loops cannot do it.
    func kernel(
        _ loop: LoopPlan, _ specification: kls_loop_spec, _ storages: [Storage], _ result: Int
    ) -> Kernel? {
        let buffers = 2 + loop.buffers(storages, behind: result).count
        let more = Double(loop.steps.count) * Double(loop.count)
        let behind = "+loop(\(loop.names.joined(separator: ", ")))"
        switch self {
        case .product(let sizes):
            let packed = PackedProduct(sizes, epilogue: specification)
            return packed?.kernel(
                "matmul", behind: behind, flops: sizes.flops + more, buffers: buffers)
        case .convolution(let sizes, let ofInput):
            let name = ofInput ? "convolutionInputGradient" : "convolution"
            let packed = PackedConvolution(sizes, ofInput: ofInput, epilogue: specification)
            return packed?.kernel(
                name, behind: behind, flops: sizes.flops + more, buffers: buffers)
        }
    }
}

extension LoopPlan {
    /// The same loop over two axes of these sizes, or nil where it has others or joins elements
    /// other than by adding up whole columns.
    fileprivate func overRows(_ rows: Int, _ columns: Int) -> LoopPlan? {
        let sums = outputs.filter { !$0.isElementwise }
        guard sums.allSatisfy({ $0.operation == KLS_ADD && valueTypes[$0.value] == .float32 })
        else { return nil }
        var plan = self
        if sizes == [rows, columns] {
            return sums.isEmpty || isReduced == [true, false] ? plan : nil
        }
        guard sums.isEmpty, sizes == [rows * columns] else { return nil }
        plan.sizes = [rows, columns]
        plan.isReduced = [false, false]
        for place in plan.loads.indices {
            let step = plan.loads[place].load.strides[0]
            plan.loads[place].load.strides = [step * columns, step]
        }
        return plan
    }

    /// The loop's buffers behind a product: what is read besides its result, then what is written.
    fileprivate func buffers(_ storages: [Storage], behind product: Int) -> [Int] {
        let read = buffers(storages).dropLast(outputs.count).filter { $0 != product }
        return read + outputs.map(\.storage)
    }

    /// Calls `body` with the loop as the C code takes it, its buffers counted from 2.
    fileprivate func withSpecification<Result>(
        _ storages: [Storage], behind product: Int, _ body: (kls_loop_spec) -> Result?
    ) -> Result? {
        let registers = Registers(self, direct: outputs.map { _ in false })
        let buffers = buffers(storages, behind: product)
        let firstOutput = buffers.count - outputs.count
        var cLoads: [kls_load] = []
        for (load, value) in loads {
            var made = cLoad(
                load, registers.of[value], valueTypes[value], Array(buffers[..<firstOutput]),
                storages)
            if load.storage == product {
                made.buffer = Int32(KLS_PRODUCT)
            } else if made.buffer >= 0 {
                made.buffer += 2
            }
            cLoads.append(made)
        }
        let cSteps = cSteps(registers)
        let cOutputs = outputs.enumerated().map { place, output in
            kls_output(
                reg: Int32(registers.of[output.value]), buffer: Int32(firstOutput + place + 2),
                type: valueTypes[output.value].kernelType, op: output.operation, direct: 0)
        }
        return withSpecification(cLoads, cSteps, cOutputs, registers) { body($0.pointee) }
    }
}
