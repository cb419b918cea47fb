import KalsaeGraph

/// One step of a plan before its code is made, with what it reads and writes.
package struct PlannedTask: Sendable {
    /// What a backend makes code for; indirect, as tasks are copied while they are fused.
    package indirect enum Kind: Sendable {
        /// A loop over elements, for a whole fusion group.
        case loop(LoopPlan)
        /// An op by itself.
        case op(LoweredOp)
        /// A product or convolution with a loop over its result's rows and columns.
        case epilogue(LoweredOp, LoopPlan)
        /// A convolution of which only the largest element of each window is kept.
        case convMaxPool(LoweredOp, ConvMaxPool)
        /// A gradient that reads argmax indices.
        case argmaxGradient(ArgmaxGradient)
        /// A reduction and loops behind it over the same elements, one behind the other.
        case rows(RowSpace, [PlannedTask])
        /// Tasks that wait for none of each other and that one kernel does.
        case joint([PlannedTask])

        /// The loop over elements, if there is one.
        package var loop: LoopPlan? {
            switch self {
            case .loop(let loop), .epilogue(_, let loop): loop
            case .op, .convMaxPool, .argmaxGradient, .rows, .joint: nil
            }
        }
    }

    /// The tasks that it is made of; none for one by itself.
    package var members: [PlannedTask] {
        switch kind {
        case .rows(_, let members), .joint(let members): members
        case .loop, .op, .epilogue, .convMaxPool, .argmaxGradient: []
        }
    }

    package var kind: Kind
    package var reads: [View]
    package var writes: [Int]

    /// A storage as an operand or result of a task's code, from some byte on.
    package struct Argument {
        package var storage: Int
        package var byteOffset = 0
    }

    /// The arguments of the task's code: operands in order, then results; of a fused loop those of the
    /// op in front, then what else the loop reads, then what it writes.
    package func arguments(_ storages: [Storage]) -> [Argument] {
        func operands(_ op: LoweredOp) -> [Argument] {
            op.operands.map {
                let size = storages[$0.storage].dtype.byteSize
                return Argument(storage: $0.storage, byteOffset: $0.offset * size)
            }
        }
        switch kind {
        case .loop(let loop): return loop.buffers(storages).map { Argument(storage: $0) }
        case .op(let op): return operands(op) + [Argument(storage: op.result)]
        case .epilogue(let op, let loop):
            return operands(op)
                + loop.buffers(storages, behind: op.result).map { Argument(storage: $0) }
        case .convMaxPool(let op, _): return operands(op) + writes.map { Argument(storage: $0) }
        case .argmaxGradient(let gradient):
            return operands(gradient.op) + [Argument(storage: gradient.op.result)]
        case .rows(_, let members), .joint(let members):
            return members.flatMap { $0.arguments(storages) }
        }
    }
}
