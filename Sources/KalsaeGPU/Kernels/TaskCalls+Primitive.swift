import KalsaeGraph
import KalsaeLowering
import KalsaeSupport

extension PlannedTask {
    /// The launches that do the task.
    func calls(_ storages: [Storage], _ context: KernelContext) throws(KalsaeError) -> TaskCalls {
        switch kind {
        case .loop(let loop):
            var made = loop.calls(storages, context)
            if context.isFaultPoint, !made.calls.isEmpty {
                made.calls.append(ErrorWords.settle(instruction: context.task, indices: nil))
            }
            return made
        case .op(let op):
            if case .copy = op.kind { return op.copy(context) }
            if let primitive = op.kernelPrimitive {
                return try op.calls(primitive, ProductResult(op: op, storages: storages), context)
            }
        case .epilogue(let op, let loop):
            if let primitive = op.kernelPrimitive {
                return try op.calls(
                    primitive, loop, [], stored: Set(writes), storages, context)
            }
        case .rows(let space, let stages):
            let loops = stages.compactMap(\.kind.loop)
            if case .epilogue(let op, let loop) = stages.first?.kind,
                let primitive = op.kernelPrimitive
            {
                return try op.calls(
                    primitive, loop, Array(loops.dropFirst()), stored: Set(writes), storages,
                    context)
            }
            return loops.rowCalls(space, stored: Set(writes), storages, context)
        case .convMaxPool, .argmaxGradient, .joint: break
        }
        throw KalsaeError("plan", expected: "a task that has a kernel", got: detail)
    }

    /// The tasks that it does at the same time.
    var launched: [PlannedTask] {
        if case .joint(let members) = kind { return members }
        return [self]
    }

    /// What summaries call it.
    var name: String {
        switch kind {
        case .loop(let loop): return "loop(\(loop.names.joined(separator: ", ")))"
        case .epilogue(let op, let loop):
            return
                "\(op.kernelPrimitive?.name ?? "copy")+loop(\(loop.names.joined(separator: ", ")))"
        case .op(let op), .convMaxPool(let op, _):
            return op.kernelPrimitive?.name ?? "copy"
        case .argmaxGradient: return "argmaxGradient"
        case .rows(_, let stages):
            if case .epilogue = stages.first?.kind {
                return stages.map(\.name).joined(separator: "+")
            }
            return "rows(\(stages.flatMap { $0.kind.loop?.names ?? [] }.joined(separator: ", ")))"
        case .joint(let members): return members.first?.name ?? "joint"
        }
    }

    /// Floating-point operations of one run.
    var flops: Double {
        switch kind {
        case .loop(let loop): loop.flops
        case .op(let op), .convMaxPool(let op, _): op.flops
        case .epilogue(let op, let loop): op.flops + loop.flops
        case .argmaxGradient(let gradient): gradient.op.flops
        case .rows(_, let members), .joint(let members): members.reduce(0) { $0 + $1.flops }
        }
    }
}

extension LoweredOp {
    /// The launches of a primitive that has kernels of its own.
    func calls(
        _ primitive: Primitive, _ result: ProductResult, _ context: KernelContext
    ) throws(KalsaeError) -> TaskCalls {
        switch primitive {
        case .iota: return iota(context)
        case .pad(let parameters): return pad(parameters, context)
        case .concatenate(let axis): return concatenate(axis: axis, context)
        case .gather(let axis): return gather(axis: axis, context)
        case .scatterAdd(let axis): return scatterAdd(axis: axis, context)
        case .argReduce(let reduction, let axis): return argReduce(reduction, axis: axis, context)
        case .matrixProduct(let parameters): return matrixProduct(parameters, result, context)
        case .convolution(let parameters): return convolution(parameters, result, context)
        case .convolutionInputGradient(let parameters, _):
            return convolutionInputGradient(parameters, result, context)
        case .convolutionWeightGradient(let parameters, _):
            return convolutionWeightGradient(parameters, result, context)
        case .pool(let parameters): return pool(parameters, context)
        case .poolGradient(let parameters): return poolGradient(parameters, context)
        case .attention(let parameters):
            return attention(parameters, result, context)
        case .attentionGradient(let parameters):
            return attentionGradient(parameters, result, context)
        case .random(let parameters): return random(parameters, context)
        case .scan(let operation, let parameters): return scan(operation, parameters, context)
        case .argSort(let descending):
            return sorted(
                descending: descending, limit: operandTypes[0].shape.last ?? 0, context)
        case .topK(let count): return sorted(descending: true, limit: count, context)
        case .input, .constant, .unary, .binary, .compare, .select, .cast, .identity, .broadcast,
            .reshape, .transpose, .slice, .reduce, .barrier:
            throw KalsaeError(
                primitive.name, expected: "a primitive with kernels of its own", got: "a loop")
        }
    }
}
