import CKalsaeKernels
import KalsaeGraph
import KalsaeLowering
import KalsaeSupport

/// A compiled loop; freed with its last user.
final class CompiledLoop: Sendable {
    private nonisolated(unsafe) let loop: OpaquePointer
    let scratchBytes: Int

    init(_ loop: OpaquePointer) {
        self.loop = loop
        scratchBytes = Int(kls_loop_scratch(loop))
    }

    deinit { kls_loop_destroy(loop) }

    @inline(__always)
    func run(
        _ buffers: UnsafePointer<UnsafeMutableRawPointer>, scratch: UnsafeMutableRawPointer?,
        threads: Int32
    ) {
        UnsafeRawPointer(buffers).withMemoryRebound(
            to: UnsafeMutableRawPointer?.self, capacity: 1
        ) { kls_loop_run(loop, $0, scratch, threads) }
    }
}

extension EngineChoice {
    /// Work, in additions of one element, that a thread must have for its waking to pay.
    private static let threadWork = 50_000.0

    /// How many of some threads pay for a loop's work.
    package static func threads(forLoop work: Double, of most: Int) -> Int {
        max(1, min(most, Int(work / threadWork)))
    }
}

extension LoopPlan {
    /// Makes the loop's code.
    ///
    /// - Parameter isShared: whether two storages are one memory, so that writing one early would
    ///   spoil the other for the steps that still read it.
    func kernel(
        storages: [Storage], threads: Int, isShared: (Int, Int) -> Bool
    ) throws(KalsaeError) -> Kernel {
        let buffers = buffers(storages)
        let direct = outputs.map { isDirect($0, isShared: isShared) }
        let registers = RegisterAllocation(self, direct: direct)
        let subject = "loop(\(names.joined(separator: ", ")))"
        guard registers.count <= Int(KLS_MAX_REGISTERS) else {
            throw KalsaeError(
                subject, expected: "at most \(KLS_MAX_REGISTERS) registers",
                got: "\(registers.count)")
        }
        let rowScalars = rowScalars
        let cLoads = loads.map { load, value in
            var made = cLoad(load, registers.of[value], valueTypes[value], buffers, storages)
            if rowScalars.contains(value) { made.scalar = 2 }
            return made
        }
        let cSteps = try cSteps(registers, scalars: scalarValues.union(rowScalars))
        let firstOutput = buffers.count - outputs.count
        var cOutputs: [kls_output] = []
        for (number, output) in outputs.enumerated() {
            cOutputs.append(
                kls_output(
                    reg: Int32(registers.of[output.value]), buffer: Int32(firstOutput + number),
                    type: valueTypes[output.value].kernelType, op: output.kernelOperation,
                    direct: direct[number] ? 1 : 0))
        }
        let made = withSpecification(cLoads, cSteps, cOutputs, registers) { kls_loop_create($0) }
        guard let loop = made else {
            throw KalsaeError(subject, expected: "a loop that can be laid out", got: "\(sizes)")
        }
        let compiled = CompiledLoop(loop)
        let work = cost * Double(count)
        let team = Int32(EngineChoice.threads(forLoop: work, of: threads))
        let scratchBytes = compiled.scratchBytes
        let scratchIndex = buffers.count
        return Kernel(
            name: subject, scratchBytes: scratchBytes,
            flops: flops,
            usesThreads: team > 1
        ) { pointers in
            let scratch = scratchBytes > 0 ? pointers[scratchIndex] : nil
            compiled.run(pointers, scratch: scratch, threads: team)
        }
    }

    /// Elements of a row from which on a strip for each row costs no more than longer ones.
    private static let fewestOfRow = 512

    /// Values that are one number for each row, as the rates of stacked optimizers, and that steps can
    /// read as such: to repeat them over a row takes as long as a step does.
    var rowScalars: Set<Int> {
        guard sizes.count == 2, sizes[1] >= Self.fewestOfRow, outputs.allSatisfy(\.isElementwise)
        else { return [] }
        var found = Set(
            loads.filter { !$0.load.isScalar && $0.load.strides[1] == 0 && $0.load.strides[0] != 0 }
                .map(\.value))
        found.subtract(outputs.map(\.value))
        let scalars = scalarValues
        // Without one of them the steps of the others may do, or not: each round leaves fewer.
        while let step = steps.first(where: { step in
            guard step.operands.contains(where: found.contains) else { return false }
            guard step.operands.count > 1 else { return true }
            let all = scalars.union(found)
            let function = try? step.ordered(all).function(
                to: valueTypes[step.result], scalars: all)
            return function == nil
        }) {
            found.subtract(step.operands)
        }
        return found
    }

    func cSteps(
        _ registers: RegisterAllocation, scalars: Set<Int>? = nil
    ) throws(KalsaeError) -> [kls_step] {
        let scalars = scalars ?? scalarValues
        var result: [kls_step] = []
        for step in steps {
            let step = step.ordered(scalars)
            let operands = step.operands.map { Int32(registers.of[$0]) } + [0, 0]
            let function = try step.function(to: valueTypes[step.result], scalars: scalars)
            result.append(
                kls_step(
                    fn: function, dst: Int32(registers.of[step.result]), a: operands[0],
                    b: operands[1], c: operands[2]))
        }
        return result
    }

    /// Whether the step that makes an output may write its buffer at once: it must be the last to
    /// touch any operand that lies there.
    private func isDirect(_ output: Output, isShared: (Int, Int) -> Bool) -> Bool {
        guard output.isElementwise, let maker = maker[output.value],
            outputs.filter({ $0.value == output.value && $0.isElementwise }).count == 1
        else { return false }
        let lastUse = lastUse
        return loads.allSatisfy { load, value in
            !isShared(load.storage, output.storage) || lastUse[value, default: -1] <= maker
        }
    }

    func cLoad(
        _ load: Load, _ register: Int, _ dtype: DType, _ buffers: [Int], _ storages: [Storage]
    ) -> kls_load {
        var result = kls_load()
        result.reg = Int32(register)
        result.type = dtype.kernelType
        result.scalar = load.isScalar ? 1 : 0
        if isImmediate(load, storages), case .literal(let bytes) = storages[load.storage].kind {
            result.buffer = -1
            let start = load.offset * dtype.byteSize
            withUnsafeMutableBytes(of: &result.constant) { constant in
                constant.copyBytes(from: bytes[start..<(start + dtype.byteSize)])
            }
        } else {
            result.buffer = Int32(buffers.firstIndex(of: load.storage) ?? 0)
            result.offset = Int64(load.offset)
            withUnsafeMutableBytes(of: &result.strides) { raw in
                let strides = raw.bindMemory(to: Int64.self)
                for (axis, stride) in load.strides.enumerated() { strides[axis] = Int64(stride) }
            }
        }
        return result
    }

    func withSpecification<Result>(
        _ loads: [kls_load], _ steps: [kls_step], _ outputs: [kls_output],
        _ registers: RegisterAllocation,
        _ body: (UnsafePointer<kls_loop_spec>) -> Result?
    ) -> Result? {
        var spec = kls_loop_spec()
        spec.rank = Int32(sizes.count)
        withUnsafeMutableBytes(of: &spec.dims) { raw in
            let dims = raw.bindMemory(to: Int64.self)
            for (axis, size) in sizes.enumerated() { dims[axis] = Int64(size) }
        }
        let reduced = isReduced.count { $0 }
        spec.reduced = Int32(reduced)
        spec.permuted = isPermuted ? 1 : 0
        if !outputs.contains(where: { $0.op != KLS_COPY }) {
            spec.span = KLS_REDUCE_NONE
            spec.reduced = 0
        } else if reduced == sizes.count {
            spec.span = KLS_REDUCE_ALL
        } else {
            spec.span = isReduced.last == true ? KLS_REDUCE_TRAILING : KLS_REDUCE_LEADING
        }
        spec.registers = Int32(max(registers.count, 1))
        spec.register_bytes = Int32(valueTypes.map(\.byteSize).max() ?? 1)
        spec.load_count = Int32(loads.count)
        spec.step_count = Int32(steps.count)
        spec.output_count = Int32(outputs.count)
        return loads.withUnsafeBufferPointer { loads in
            steps.withUnsafeBufferPointer { steps in
                outputs.withUnsafeBufferPointer { outputs in
                    spec.loads = loads.baseAddress
                    spec.steps = steps.baseAddress
                    spec.outputs = outputs.baseAddress
                    return body(&spec)
                }
            }
        }
    }
}
