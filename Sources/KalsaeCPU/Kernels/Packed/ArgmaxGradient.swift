import CKalsaeKernels
import KalsaeGraph
import KalsaeLowering

extension Kernel {
    /// Whether ``convMaxPool(_:_:)`` makes a kernel.
    static func supports(_ op: LoweredOp, _ pooling: ConvMaxPool) -> Bool {
        guard let sizes = ConvolutionSizes(op, pooling) else { return false }
        return PackedConvolution.isSupported(.maxPool(window: pooling.window), sizes)
    }

    /// A convolution with max pooling, or nil where the packed kernels cannot do it; operands input
    /// and kernel, results the largest elements and, if asked, their argmax indices.
    static func convMaxPool(_ op: LoweredOp, _ pooling: ConvMaxPool) -> Kernel? {
        guard let sizes = ConvolutionSizes(op, pooling) else { return nil }
        return PackedConvolution(
            .maxPool(window: pooling.window), sizes, argmax: pooling.argmax.map { _ in 3 }
        )?.kernel(
            "convolution", epilogue: "+maxPool", flops: sizes.flops,
            buffers: pooling.argmax == nil ? 3 : 4)
    }

    /// Whether ``argmaxGradient(_:)`` makes a kernel.
    static func supports(_ gradient: ArgmaxGradient) -> Bool {
        switch gradient.sizes {
        case .maxUnpool: true
        case .weightGradient(_, _, _, let window):
            ConvolutionSizes(gradient).map { sizes in
                EngineChoice.current.engine(
                    .argmaxWeightGradient(window: window), sizes, .float32) != nil
            } ?? false
        }
    }

    /// A gradient that reads argmax indices; nil for a weight gradient that is better made from the
    /// gradient of the convolution's result.
    static func argmaxGradient(_ gradient: ArgmaxGradient) -> Kernel? {
        switch gradient.sizes {
        case .maxUnpool(let parameters, let input):
            return maxUnpool(
                parameters, input: input, gradient: gradient.op.operandTypes[1].shape)
        case .weightGradient(_, _, _, let window):
            return ConvolutionSizes(gradient).flatMap {
                ArgmaxWeightGradient($0, window: window)?.kernel
            }
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

extension ConvolutionSizes {
    /// Those of a convolution whose result is pooled; nil for other ops.
    fileprivate init?(_ op: LoweredOp, _ pooling: ConvMaxPool) {
        guard case .convolution(let parameters) = op.kernelPrimitive else { return nil }
        var output = op.type.shape
        output[1] *= pooling.window.height
        output[2] *= pooling.window.width
        self.init(
            parameters: parameters, input: op.operandTypes[0].shape,
            kernel: op.operandTypes[1].shape, output: output)
    }

    /// Those of a weight gradient; nil for a max-unpool.
    fileprivate init?(_ gradient: ArgmaxGradient) {
        guard case .weightGradient(let parameters, let kernel, let output, _) = gradient.sizes
        else { return nil }
        self.init(
            parameters: parameters, input: gradient.op.operandTypes[0].shape, kernel: kernel,
            output: output)
    }
}

/// The weight gradient of a convolution by loops over windows; freed with its last user.
private final class ArgmaxWeightGradient: Sendable {
    private nonisolated(unsafe) let handle: OpaquePointer
    private let flops: Double
    private let isParallel: Bool

    init?(_ sizes: ConvolutionSizes, window: Pair) {
        let task = ConvolutionTask.argmaxWeightGradient(window: window)
        guard EngineChoice.current.engine(task, sizes, .float32) != nil else { return nil }
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
            name: "convolutionWeightGradient.argmax", engine: .packedVectors,
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
