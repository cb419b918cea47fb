import KalsaeGraph

/// What a backend can do, as lowering asks it: which loops fit, and what may become one instruction.
///
/// All but the limits has an answer for a backend that fuses nothing of the kind.
package protocol LoweringTarget {
    /// What a loop over elements may hold.
    var loopLimits: LoopLimits { get }

    /// Whether the left operand of a matrix product, `float32` made of bytes, is better read as the
    /// bytes; `op` has them as its operand already.
    func readsBytes(_ op: LoweredOp) -> Bool

    /// Whether loops had better compute cheap results again than read them from memory.
    var rematerializes: Bool { get }

    /// Whether products, convolutions and attention all read halves, and may write them.
    var readsHalves: Bool { get }

    /// Whether a product, a convolution or attention reads operands that are halves; else they are made
    /// `float32` before.
    func readsHalves(_ primitive: Primitive, of types: [TensorType]) -> Bool

    /// Whether a loop over the result's rows and columns can take the place of writing a product's
    /// or convolution's result.
    func canFuse(_ op: LoweredOp, epilogue: LoopPlan, storages: [Storage]) -> Bool

    /// Whether a convolution can keep only the largest element of each window.
    func canFuse(_ convolution: LoweredOp, _ pooling: ConvMaxPool) -> Bool

    /// Whether the weight gradient of a convolution can be made from the pooled gradient and the
    /// argmax indices; `op` has operands input, indices and gradient.
    func canUseArgmax(_ op: LoweredOp, sizes: ArgmaxGradient.Sizes) -> Bool

    /// What can be joined with reductions of such rows.
    func fusion(of rows: RowSpace) -> RowFusion.Extent

    /// Whether the kernels of rows that were joined fit the device.
    func canLaunch(_ rows: PlannedTask, _ storages: [Storage]) -> Bool

    /// The kernel that does a task, where it can do several of them at a time; nil where it cannot.
    func jointKernel(_ task: PlannedTask, _ storages: [Storage]) -> JointKernel?

    /// Bytes of all arguments of a kernel at most.
    var argumentBytes: Int { get }
}

extension LoweringTarget {
    package var rematerializes: Bool { false }
    package var readsHalves: Bool { false }
    package func readsHalves(_ primitive: Primitive, of types: [TensorType]) -> Bool {
        readsHalves
    }
    package func readsBytes(_ op: LoweredOp) -> Bool { false }
    package func canFuse(_ op: LoweredOp, epilogue: LoopPlan, storages: [Storage]) -> Bool { false }
    package func canFuse(_ convolution: LoweredOp, _ pooling: ConvMaxPool) -> Bool { false }
    package func canUseArgmax(_ op: LoweredOp, sizes: ArgmaxGradient.Sizes) -> Bool { false }
    package func fusion(of rows: RowSpace) -> RowFusion.Extent { .nothing }
    package func canLaunch(_ rows: PlannedTask, _ storages: [Storage]) -> Bool { false }
    package func jointKernel(_ task: PlannedTask, _ storages: [Storage]) -> JointKernel? { nil }
    package var argumentBytes: Int { .max }
}

/// What a loop over elements may hold on a backend.
package struct LoopLimits: Sendable {
    /// Axes that cannot be joined.
    package var axes: Int
    /// Values that live at the same time.
    package var registers: Int
    /// Operations.
    package var ops: Int
    /// Elements from which on a transposed operand is copied before a loop reads it; smaller ones
    /// stay in the caches. `Int.max` for a backend that reads any stride as well.
    package var transposedElements: Int
    /// Loops that a search so long finds nothing between stay apart: so each search is bounded, and time grows with
    /// the graph.
    package var searchSteps: Int

    /// Makes limits.
    package init(
        axes: Int, registers: Int, ops: Int, transposedElements: Int = .max,
        searchSteps: Int = 1 << 12
    ) {
        self.axes = axes
        self.registers = registers
        self.ops = ops
        self.transposedElements = transposedElements
        self.searchSteps = searchSteps
    }
}
