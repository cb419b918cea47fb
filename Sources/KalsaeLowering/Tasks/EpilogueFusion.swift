import KalsaeGraph

/// Joins products, convolutions and attention with the loop that reads their result: one task, in which a block
/// of the result is worked on while it lies in the first cache.
enum EpilogueFusion {
    /// Joins them wherever nothing between changes what they read and the target can do both.
    ///
    /// - Parameter donations: output storage to the storage of the input that it overwrites.
    static func fused(
        _ tasks: [PlannedTask], _ storages: [Storage], outputs: [Int], donations: [Int: Int],
        for target: some LoweringTarget
    ) -> [PlannedTask] {
        var tasks: [PlannedTask?] = tasks
        var index = UseLists(tasks, storages: storages.count, donations: donations)
        let outputs = Set(outputs)
        for (number, task) in tasks.enumerated() {
            guard let task, case .op(let op) = task.kind, let size = op.rowsAndColumns,
                !outputs.contains(op.result)
            else { continue }
            let readers = index.numbers(op.result, in: tasks)
            guard let first = readers.first, let reader = tasks[first],
                case .loop(let loop) = reader.kind,
                reader.reads.allSatisfy({
                    $0.storage != op.result || ($0.isDense && $0.offset == 0)
                })
            else { continue }
            let isOverwritten = op.operands.contains {
                index.overwrites($0.storage, at: (number + 1)...first)
            }
            let keepsResult = readers.count > 1
            guard !isOverwritten,
                let epilogue = loop.epilogue(of: op, size, keepsResult: keepsResult),
                target.canFuse(op, epilogue: epilogue, storages: storages)
            else { continue }
            tasks[number] = nil
            index.move(number, to: first)
            tasks[first] = PlannedTask(
                kind: .epilogue(op, epilogue),
                reads: op.operands + reader.reads.filter { $0.storage != op.result },
                writes: reader.writes + (keepsResult ? [op.result] : []))
        }
        return tasks.compactMap { $0 }
    }
}

extension LoweredOp {
    /// Rows and columns of a product's, a convolution's or attention's `float32` result; nil for other ops.
    fileprivate var rowsAndColumns: (rows: Int, columns: Int)? {
        guard isFloatProduct || isAttention, let columns = type.shape.last else { return nil }
        return (type.shape.dropLast().reduce(1, *), columns)
    }

    private var isAttention: Bool {
        switch kernelPrimitive {
        case .attention, .attentionGradient: true
        case _: false
        }
    }
}

extension LoopPlan {
    /// The loop over rows and columns of an op's result, or nil where it walks it otherwise, reads it
    /// twice, or joins elements other than by adding up whole columns.
    fileprivate func epilogue(
        of op: LoweredOp, _ size: (rows: Int, columns: Int), keepsResult: Bool
    ) -> LoopPlan? {
        guard outputs.allSatisfy({ $0.isElementwise || $0.reduction == .sum && isFloat32($0) }),
            var plan = over(rows: size.rows, columns: size.columns),
            !plan.hasReductions || plan.isReduced == [true, false],
            let result = plan.loads.first(where: { $0.load.storage == op.result }),
            plan.loads.count(where: { $0.load.storage == op.result }) == 1
        else { return nil }
        if keepsResult {
            plan.outputs.append(.init(value: result.value, storage: op.result, reduction: nil))
        }
        return plan
    }

    private func isFloat32(_ output: Output) -> Bool { valueTypes[output.value] == .float32 }
}
