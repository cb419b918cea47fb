import KalsaeLowering

/// What generated kernels can do, as lowering asks: loops over views of any strides, products that work on
/// their results before they store them, rows that stay with their work items, and several tasks in one
/// launch.
struct GPULowering: LoweringTarget {
    let loopLimits = LoopLimits(axes: 8, registers: 32, ops: 32, searchSteps: 1 << 14)
    let rematerializes = true
    let readsHalves = true
    let argumentBytes: Int
    private let context: KernelContext
    private let sharedBytes: Int

    init(_ context: KernelContext, _ info: DeviceInfo) {
        self.context = context
        (argumentBytes, sharedBytes) = (info.argumentBytes, info.sharedBytes)
    }

    /// Sums of columns at most; the tiles of rows that each is made of at most.
    private static let (mostSums, mostTiles) = (4, 4096)

    /// Columns are added up tile by tile, where tiles have the whole results; short ones stay with the loops
    /// behind them (``fusion(of:)``).
    func canFuse(_ op: LoweredOp, epilogue: LoopPlan, storages: [Storage]) -> Bool {
        if op.isTiledAttention(storages, context) {
            return !epilogue.dividesIntegers && !epilogue.hasReductions
        }
        guard !epilogue.dividesIntegers, let product = op.tiledProduct(storages, context)
        else { return false }
        let sums = epilogue.outputs.count { !$0.isElementwise }
        if sums == 0 { return true }
        let layout = ReductionLayout(
            kept: product.columns, reduced: product.rows, isTrailing: false)
        return layout.parts > 1 && sums <= Self.mostSums && product.parts == 1
            && product.stacks == 1 && product.rowTiles <= Self.mostTiles
            && product.sharedBytes(columnSums: sums) <= sharedBytes
    }

    /// Of rows that are cut into parts only the results are known to one launch.
    func fusion(of rows: RowSpace) -> RowFusion.Extent {
        guard rows.rows > 0, rows.length > 1 else { return .nothing }
        return ReductionLayout(rows).parts == 1 ? .elements : .numbers
    }

    func canLaunch(_ rows: PlannedTask, _ storages: [Storage]) -> Bool {
        guard let calls = try? rows.calls(storages, context).calls else { return false }
        return calls.allSatisfy {
            $0.argumentBytes <= argumentBytes && $0.text.sharedBytes <= sharedBytes
        }
    }

    func jointKernel(_ task: PlannedTask, _ storages: [Storage]) -> JointKernel? {
        guard let made = try? task.calls(storages, context), !made.calls.isEmpty else {
            return nil
        }
        let calls = made.calls
        var (shared, ownBytes): (Set<Int>, Int) = ([], 0)
        for call in calls {
            var bytes = 0
            for argument in call.arguments {
                switch argument {
                case .storage(let storage, _):
                    if storages[storage].kind == .computed { bytes += 8 }
                    shared.insert(storage)
                case .integer: bytes += call.text.isWide ? 8 : 4
                case .workspace: bytes += 8
                case .donated, .errors: break
                }
            }
            ownBytes = max(ownBytes, bytes)
        }
        return JointKernel(
            name: calls.map(\.text.source.name).joined(separator: " "),
            storages: shared.filter { storages[$0].kind != .computed }, ownBytes: ownBytes,
            workspaceBytes: made.workspaceBytes)
    }
}
