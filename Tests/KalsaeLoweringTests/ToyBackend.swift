import Glibc
import KalsaeBackend
import KalsaeGraph
import KalsaeLowering
import KalsaeSupport

/// A second backend, as small as can be: lowering does the rest.
struct ToyBackend: Backend, LoweringTarget {
    let name = "toy"
    let loopLimits = LoopLimits(axes: 6, registers: 16, ops: 8)
    let rematerializes: Bool

    init(rematerializes: Bool = false) { self.rematerializes = rematerializes }

    func compile(_ graph: Graph, options: PlanOptions) throws(KalsaeError) -> any Plan {
        let graph = try graph.optimized()
        var lowered = try Lowering.lower(graph, donations: options.donations, for: self)
        lowered.allocateArena()
        return ToyPlan(lowered)
    }

    /// What has the same name is done together, in sizes that do not matter.
    func jointKernel(_ task: PlannedTask, _ storages: [Storage]) -> JointKernel? {
        let name = task.kind.loop.map { "\($0.names)" } ?? "\(task.detail)"
        return JointKernel(
            name: name, storages: Set(task.reads.map(\.storage)), ownBytes: 8)
    }

    let argumentBytes = 1024

    func makeBuffer(byteCount: Int) throws(KalsaeError) -> Buffer {
        Buffer(ToyMemory(byteCount: byteCount))
    }

    func resident(_ buffer: Buffer) throws(KalsaeError) -> Buffer {
        if buffer.deviceMemory is ToyMemory { return buffer }
        let memory = ToyMemory(byteCount: buffer.byteCount)
        try buffer.withHostBytes { bytes throws(KalsaeError) in try memory.write(bytes) }
        return Buffer(memory)
    }
}

/// Tasks of the toy, one element after the other.
final class ToyPlan: Plan {
    private let lowered: LoweredPlan
    let graph: Graph
    let instructions: [InstructionSummary]
    let arenaByteCount: Int

    init(_ lowered: LoweredPlan) {
        self.lowered = lowered
        graph = lowered.graph
        arenaByteCount = lowered.memory.arena.byteCount
        instructions = lowered.tasks.map {
            InstructionSummary(
                name: $0.kind.loop.map { "loop(\($0.names.joined(separator: ", ")))" } ?? "op",
                detail: $0.detail, flops: 0, bytes: $0.bytes(lowered.storages))
        }
    }

    func run(inputs: [Buffer], outputs: [Buffer]) throws(KalsaeError) {
        let run = try ToyRun(lowered, inputs: inputs, outputs: outputs)
        for task in lowered.tasks { try self.run(task, run) }
        for copy in lowered.memory.lateCopies { try run.copy(copy.storage, toInput: copy.input) }
    }

    private func run(_ task: PlannedTask, _ run: ToyRun) throws(KalsaeError) {
        switch task.kind {
        case .loop(let loop): try run.run(loop)
        case .op(let op): try run.run(op)
        case .joint(let members):
            // In no order that their numbers could depend on.
            for member in members.reversed() { try self.run(member, run) }
        case .epilogue, .convMaxPool, .argmaxGradient, .rows:
            throw KalsaeError("toy", expected: "what the target said yes to", got: task.detail)
        }
    }
}

/// The memory of one run.
private struct ToyRun {
    private let lowered: LoweredPlan
    private let inputs: [ToyMemory]
    private let outputs: [ToyMemory]
    private let arena: ToyMemory
    private let literals: [Int: ToyMemory]

    init(
        _ lowered: LoweredPlan, inputs: [Buffer], outputs: [Buffer]
    ) throws(KalsaeError) {
        self.lowered = lowered
        func memory(_ buffer: Buffer) throws(KalsaeError) -> ToyMemory {
            guard let memory = try ToyBackend().resident(buffer).deviceMemory as? ToyMemory else {
                throw KalsaeError("toy", expected: "memory of the toy", got: buffer.device)
            }
            return memory
        }
        var own: [ToyMemory] = []
        for buffer in inputs { own.append(try memory(buffer)) }
        self.inputs = own
        own = []
        for buffer in outputs { own.append(try memory(buffer)) }
        self.outputs = own
        arena = ToyMemory(byteCount: lowered.memory.arena.byteCount)
        var literals: [Int: ToyMemory] = [:]
        for (number, storage) in lowered.storages.enumerated() {
            guard case .literal(let bytes) = storage.kind else { continue }
            let memory = ToyMemory(byteCount: bytes.count)
            for (index, byte) in bytes.enumerated() { memory.store(Double(byte), index, .uint8) }
            literals[number] = memory
        }
        self.literals = literals
    }

    /// The memory of a storage, and the number of its first element there.
    private func place(_ storage: Int) throws(KalsaeError) -> (ToyMemory, Int) {
        switch lowered.memory.locations[storage] {
        case .input(let input): return (inputs[input], 0)
        case .output(let output): return (outputs[output], 0)
        case .slot(let slot):
            let offset = lowered.memory.arena.slots[slot].offset
            return (arena, offset / lowered.storages[storage].dtype.byteSize)
        case .literal, .none:
            guard let literal = literals[storage] else {
                throw KalsaeError("toy", expected: "a storage in memory", got: "none")
            }
            return (literal, 0)
        }
    }

    private func elements(_ view: View) throws(KalsaeError) -> [Double] {
        let (memory, first) = try place(view.storage)
        let dtype = lowered.storages[view.storage].dtype
        return indices(view.shape.sizes).map { index in
            let offset = zip(index, view.strides).reduce(view.offset) { $0 + $1.0 * $1.1 }
            return memory.load(first + offset, dtype)
        }
    }

    private func store(_ values: [Double], _ storage: Int) throws(KalsaeError) {
        let (memory, first) = try place(storage)
        let dtype = lowered.storages[storage].dtype
        for (index, value) in values.enumerated() { memory.store(value, first + index, dtype) }
    }

    func copy(_ storage: Int, toInput input: Int) throws(KalsaeError) {
        let (memory, first) = try place(storage)
        let dtype = lowered.storages[storage].dtype
        for index in 0..<(lowered.storages[storage].byteCount / dtype.byteSize) {
            inputs[input].store(memory.load(first + index, dtype), index, dtype)
        }
    }

    func run(_ op: LoweredOp) throws(KalsaeError) {
        var values: [[Double]] = []
        for operand in op.operands { values.append(try elements(operand)) }
        switch op.kind {
        case .copy: try store(values[0], op.result)
        case .kernel(.matrixProduct(let parameters)):
            let (m, n) = (op.type.shape[0], op.type.shape[1])
            let k = op.operandTypes[0].shape.elementCount / max(m, 1)
            func left(_ i: Int, _ p: Int) -> Double {
                values[0][parameters.transposeLeft ? p * m + i : i * k + p]
            }
            func right(_ p: Int, _ j: Int) -> Double {
                values[1][parameters.transposeRight ? j * k + p : p * n + j]
            }
            let product = indices([m, n]).map { index in
                (0..<k).reduce(0) { $0 + left(index[0], $1) * right($1, index[1]) }
            }
            try store(product, op.result)
        case .kernel(.concatenate(axis: 0)): try store(Array(values.joined()), op.result)
        case _:
            throw KalsaeError("toy", expected: "matmul, concatenate or a loop", got: "\(op.kind)")
        }
    }

    func run(_ loop: LoopPlan) throws(KalsaeError) {
        var sums: [[Int: Double]] = loop.outputs.map { _ in [:] }
        for (number, index) in indices(loop.sizes).enumerated() {
            var values = [Double](repeating: 0, count: loop.valueTypes.count)
            for (load, value) in loop.loads {
                let (memory, first) = try place(load.storage)
                let offset = zip(index, load.strides).reduce(load.offset) { $0 + $1.0 * $1.1 }
                values[value] = memory.load(first + offset, loop.valueTypes[value])
            }
            for step in loop.steps {
                let result = try step.operation.toy(step.operands.map { values[$0] })
                let isFloat = loop.valueTypes[step.result].isFloat
                values[step.result] = isFloat ? Double(Float(result)) : result.rounded(.towardZero)
            }
            // Reduced elements are numbered by the axes that stay.
            let stays = index.indices.filter { !loop.isReduced[$0] }
            let target = stays.reduce(0) { $0 * loop.sizes[$1] + index[$1] }
            for (output, description) in loop.outputs.enumerated() {
                let value = values[description.value]
                guard let reduction = description.reduction else {
                    sums[output][number] = value
                    continue
                }
                let before = sums[output][target]
                sums[output][target] = before.map { reduction.toy($0, value) } ?? value
            }
        }
        for (output, values) in zip(loop.outputs, sums) {
            let sorted = values.sorted { $0.key < $1.key }.map(\.value)
            try store(sorted, output.storage)
        }
    }
}

/// All multi-indices of some sizes in row-major order.
private func indices(_ sizes: [Int]) -> [[Int]] {
    sizes.reduce([[]]) { found, size in found.flatMap { one in (0..<size).map { one + [$0] } } }
}

extension Reduction {
    fileprivate func toy(_ x: Double, _ y: Double) -> Double {
        switch self {
        case .sum: x + y
        case .product: x * y
        case .max: Swift.max(x, y)
        case .min: Swift.min(x, y)
        }
    }
}

extension LoopOperation {
    fileprivate func toy(_ x: [Double]) throws(KalsaeError) -> Double {
        switch self {
        case .unary(.negate): return -x[0]
        case .unary(.exp): return exp(x[0])
        case .unary(.tanh): return tanh(x[0])
        case .unary(.erf): return erf(x[0])
        case .binary(.add): return x[0] + x[1]
        case .binary(.subtract): return x[0] - x[1]
        case .binary(.multiply): return x[0] * x[1]
        case .binary(.divide): return x[0] / x[1]
        case .binary(.maximum): return Swift.max(x[0], x[1])
        case .compare(.less): return x[0] < x[1] ? 1 : 0
        case .select: return x[0] != 0 ? x[1] : x[2]
        case .cast: return x[0]
        case .square: return x[0] * x[0]
        case .multiplyAdd: return x[0] * x[1] + x[2]
        case .multiplySubtract: return x[0] * x[1] - x[2]
        case .negatedMultiplyAdd: return x[2] - x[0] * x[1]
        case _: throw KalsaeError("toy", expected: "an operation that it knows", got: "\(self)")
        }
    }
}
