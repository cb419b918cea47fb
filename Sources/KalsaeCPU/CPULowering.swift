import CKalsaeKernels
import KalsaeGraph
import KalsaeLowering

/// What the CPU's kernels can do, as lowering asks.
struct CPULowering: LoweringTarget {
    let loopLimits = LoopLimits(
        axes: Int(KLS_MAX_RANK), registers: Int(KLS_MAX_REGISTERS), ops: 32,
        transposedElements: 1 << 16)

    /// A loop that reads and writes more large tensors is better off alone, over whole rows: their
    /// panels (Adam's) lie too far apart for the processor to fetch them in time.
    private static let mostEpilogueStreams = 3

    /// A loop that computes more than it moves gains nothing from the cache, and is faster over long
    /// rows.
    private static let mostEpilogueCost = 16.0

    func readsBytes(_ op: LoweredOp) -> Bool {
        guard case .matrixProduct(let parameters) = op.kernelPrimitive else { return false }
        let sizes = ProductSizes(parameters, left: op.operandTypes[0], right: op.operandTypes[1])
        return EngineChoice.current.engine(sizes, .float32) == .amxTiles
    }

    func readsHalves(_ primitive: Primitive, of types: [TensorType]) -> Bool {
        guard case .matrixProduct(let parameters) = primitive else { return false }
        let sizes = ProductSizes(parameters, left: types[0], right: types[1])
        return sizes.isOfBFloat16 && EngineChoice.current.engine(sizes, .bfloat16) == .amxTiles
    }

    func canFuse(_ op: LoweredOp, epilogue loop: LoopPlan, storages: [Storage]) -> Bool {
        let streams =
            loop.loads.count { $0.load.strides[0] != 0 && $0.load.storage != op.result }
            + loop.outputs.count(where: \.isElementwise)
        return streams <= CPULowering.mostEpilogueStreams
            && loop.cost <= CPULowering.mostEpilogueCost
            && Kernel.supportsEpilogue(op, loop, storages)
    }

    func canFuse(_ convolution: LoweredOp, _ pooling: ConvMaxPool) -> Bool {
        Kernel.supports(convolution, pooling)
    }

    func canUseArgmax(_ op: LoweredOp, sizes: ArgmaxGradient.Sizes) -> Bool {
        Kernel.supports(ArgmaxGradient(op: op, sizes: sizes))
    }
}
