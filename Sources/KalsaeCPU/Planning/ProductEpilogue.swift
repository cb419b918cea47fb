import CKalsaeKernels
import KalsaeGraph
import KalsaeSupport

/// A product and the loop that alone reads its result: one instruction, in which each block of the
/// result is worked on while it lies in the first cache, by the thread that made it.
struct ProductEpilogue {
    var unit: Unit
    var sizes: ProductSizes
    var loop: LoopPlan
    var packed: PackedProduct

    /// The loop's buffers without the product's result.
    func buffers(_ storages: [Storage]) -> [Int] {
        loop.buffers(storages).filter { $0 != unit.result }
    }

    var kernel: Kernel {
        let name = "matmul+loop(\(loop.names.joined(separator: ", ")))"
        return packed.kernel(
            name, flops: sizes.flops + Double(loop.steps.count) * Double(loop.count))
    }

    private init?(_ unit: Unit, _ loop: LoopPlan, _ storages: [Storage]) {
        guard case .kernel(.matrixProduct(let parameters)) = unit.kind,
            unit.type.dtype == .float32, loop.outputs.allSatisfy(\.isElementwise)
        else { return nil }
        let sizes = ProductSizes(
            parameters, left: unit.operandTypes[0].shape, right: unit.operandTypes[1].shape)
        guard let loop = loop.overRows(sizes.m, sizes.n),
            loop.loads.count(where: { $0.load.storage == unit.result }) == 1,
            let packed = loop.withSpecification(
                storages, product: unit.result, { PackedProduct(sizes, epilogue: $0) })
        else { return nil }
        (self.unit, self.sizes, self.loop, self.packed) = (unit, sizes, loop, packed)
    }

    /// Joins products with their loops wherever nothing between them changes what they read.
    ///
    /// - Parameter donations: output storage to the storage of the input that it overwrites.
    static func joined(
        _ tasks: [PlannedTask], _ storages: [Storage], outputs: [Int], donations: [Int: Int]
    ) -> [PlannedTask] {
        var tasks: [PlannedTask?] = tasks
        for (place, task) in tasks.enumerated() {
            guard let task, case .kernel(let unit) = task.kind, !outputs.contains(unit.result)
            else { continue }
            let readers = tasks.indices.filter { reader in
                tasks[reader]?.reads.contains { $0.storage == unit.result } ?? false
            }
            guard readers.count == 1, let reader = tasks[readers[0]],
                case .loop(let loop) = reader.kind,
                reader.reads.allSatisfy({
                    $0.storage != unit.result || ($0.isDense && $0.offset == 0)
                })
            else { continue }
            let operands = Set(unit.operands.map(\.storage))
            let spoils = tasks[(place + 1)...readers[0]].contains { between in
                between?.writes.contains { donations[$0].map(operands.contains) ?? false } ?? false
            }
            guard !spoils, let both = ProductEpilogue(unit, loop, storages) else { continue }
            tasks[place] = nil
            tasks[readers[0]] = PlannedTask(
                kind: .product(both),
                reads: unit.operands + reader.reads.filter { $0.storage != unit.result },
                writes: reader.writes)
        }
        return tasks.compactMap { $0 }
    }
}

extension LoopPlan {
    /// The same loop over two axes of these sizes, or nil where it has others.
    fileprivate func overRows(_ rows: Int, _ columns: Int) -> LoopPlan? {
        var plan = self
        if sizes == [rows, columns] { return plan }
        guard sizes == [rows * columns] else { return nil }
        plan.sizes = [rows, columns]
        plan.isReduced = [false, false]
        for place in plan.loads.indices {
            let step = plan.loads[place].load.strides[0]
            plan.loads[place].load.strides = [step * columns, step]
        }
        return plan
    }

    /// Calls `body` with the loop as the C code takes it, its buffers counted from 2.
    fileprivate func withSpecification<Result>(
        _ storages: [Storage], product: Int, _ body: (kls_loop_spec) -> Result?
    ) -> Result? {
        let registers = Registers(self, direct: outputs.map { _ in false })
        let buffers = buffers(storages).filter { $0 != product }
        var cLoads: [kls_load] = []
        for (load, value) in loads {
            var made = cLoad(load, registers.of[value], valueTypes[value], buffers, storages)
            if load.storage == product {
                made.buffer = Int32(KLS_PRODUCT)
            } else if made.buffer >= 0 {
                made.buffer += 2
            }
            cLoads.append(made)
        }
        let cSteps = cSteps(registers)
        let firstOutput = buffers.count - outputs.count + 2
        let cOutputs = outputs.enumerated().map { place, output in
            kls_output(
                reg: Int32(registers.of[output.value]), buffer: Int32(firstOutput + place),
                type: valueTypes[output.value].kernelType, op: output.operation, direct: 0)
        }
        return withSpecification(cLoads, cSteps, cOutputs, registers) { body($0.pointee) }
    }
}
