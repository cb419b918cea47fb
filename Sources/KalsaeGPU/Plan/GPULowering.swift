import KalsaeLowering

/// What generated kernels can do, as lowering asks: loops over views of any strides, nothing joined with
/// products.
struct GPULowering: LoweringTarget {
    let loopLimits = LoopLimits(axes: 8, registers: 32, ops: 32)
}
