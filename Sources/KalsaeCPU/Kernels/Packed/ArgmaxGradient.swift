import CKalsaeKernels
import KalsaeGraph
import KalsaeLowering

extension Kernel {
    /// A convolution with max pooling, or nil where the packed kernels cannot do it; operands input
    /// and kernel, results the largest elements and, if asked, their argmax indices.
    static func convMaxPool(_ op: LoweredOp, _ pooling: ConvMaxPool) -> Kernel? {
        guard case .convolution(let parameters) = op.kernelPrimitive else { return nil }
        var output = op.type.shape
        output[1] *= pooling.window.height
        output[2] *= pooling.window.width
        let sizes = ConvolutionSizes(
            parameters: parameters, input: op.operandTypes[0].shape,
            kernel: op.operandTypes[1].shape, output: output)
        let window = PackedConvolution.Pooling(
            window: pooling.window, argmax: pooling.argmax.map { _ in 3 })
        return PackedConvolution(sizes, ofInput: false, pooling: window)?.kernel(
            "convolution", epilogue: "+maxPool", flops: sizes.flops,
            buffers: pooling.argmax == nil ? 3 : 4)
    }

    /// A gradient that reads argmax indices; nil for a weight gradient that is better made from the
    /// gradient of the convolution's result.
    static func argmaxGradient(_ gradient: ArgmaxGradient) -> Kernel? {
        let types = gradient.op.operandTypes
        switch gradient.sizes {
        case .maxUnpool(let parameters, let input):
            return maxUnpool(parameters, input: input, gradient: types[1].shape)
        case .weightGradient(let parameters, let kernel, let output, let window):
            let sizes = ConvolutionSizes(
                parameters: parameters, input: types[0].shape, kernel: kernel, output: output)
            return ArgmaxWeightGradient(sizes, window: window)?.kernel
        }
    }

    /// The gradient of a pooling for its input; operands argmax indices and gradient.
    private static func maxUnpool(
        _ parameters: PoolParameters, input: Shape, gradient: Shape
    ) -> Kernel {
        let shape = parameters.shape(input: input, output: gradient)
        return Kernel(
            name: "maxPoolGradient.argmax", flops: parameters.flops(output: gradient),
            usesThreads: true
        ) { buffers in
            let indices = UnsafeRawPointer(buffers[0]).assumingMemoryBound(to: UInt8.self)
            withUnsafePointer(to: shape) { kls_max_unpool_f32($0, indices, buffers[1], buffers[2]) }
        }
    }
}

/// The weight gradient of a convolution by loops over windows; freed with its last user.
private final class ArgmaxWeightGradient: Sendable {
    private nonisolated(unsafe) let handle: OpaquePointer
    private let flops: Double
    private let isParallel: Bool

    init?(_ sizes: ConvolutionSizes, window: Pair) {
        guard !sizes.isEmpty else { return nil }
        let shape = sizes.own
        let made = withUnsafePointer(to: shape) {
            kls_conv_pool_weight_gradient_create($0, Int64(window.height), Int64(window.width))
        }
        guard let made else { return nil }
        handle = made
        flops = sizes.flops / Double(window.height * window.width)
        isParallel = flops >= PackedConvolution.fewestParallelFlops
    }

    deinit { kls_conv_pool_weight_gradient_destroy(handle) }

    var kernel: Kernel {
        Kernel(
            name: "convolutionKernelGradient.argmax",
            scratchBytes: Int(kls_conv_pool_weight_gradient_scratch(handle)), flops: flops,
            usesThreads: isParallel
        ) {
            [self] buffers in
            let indices = UnsafeRawPointer(buffers[1]).assumingMemoryBound(to: UInt8.self)
            kls_conv_pool_weight_gradient_run(
                handle, buffers[0], indices, buffers[2], buffers[3], buffers[4], isParallel)
        }
    }
}
