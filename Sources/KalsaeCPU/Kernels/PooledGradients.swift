import CKalsaeKernels
import KalsaeGraph

// Gradients behind a convolution that kept only the largest elements of windows: where these lay is
// known, a byte each.
extension Kernel {
    /// The gradient of a pooling for its input; operands places and gradient.
    static func unpool(
        _ parameters: PoolParameters, input: Shape, gradient: Shape
    ) -> Kernel {
        let shape = parameters.shape(input: input, output: gradient)
        return Kernel(
            name: "maxPoolGradient.places", flops: parameters.flops(output: gradient),
            usesThreads: true
        ) { buffers in
            let places = UnsafeRawPointer(buffers[0]).assumingMemoryBound(to: UInt8.self)
            withUnsafePointer(to: shape) { kls_unpool_f32($0, places, buffers[1], buffers[2]) }
        }
    }

    /// The gradient of a convolution's kernel from that of the pooled output, or nil where it is
    /// better made from that of the whole; operands input, places and gradient.
    static func pooledKernelGradient(_ sizes: ConvolutionSizes, window: Pair) -> Kernel? {
        PooledKernelGradient(sizes, window: window)?.kernel
    }
}

/// The gradient of a kernel by loops over windows; freed with its last user.
private final class PooledKernelGradient: Sendable {
    private nonisolated(unsafe) let handle: OpaquePointer
    private let flops: Double
    private let isParallel: Bool

    init?(_ sizes: ConvolutionSizes, window: Pair) {
        guard !sizes.isEmpty else { return nil }
        let shape = sizes.own
        let made = withUnsafePointer(to: shape) {
            kls_pooled_gradient_create($0, Int64(window.height), Int64(window.width))
        }
        guard let made else { return nil }
        handle = made
        flops = sizes.flops / Double(window.height * window.width)
        isParallel = flops >= PackedConvolution.fewestParallelFlops
    }

    deinit { kls_pooled_gradient_destroy(handle) }

    var kernel: Kernel {
        Kernel(
            name: "convolutionKernelGradient.places",
            scratchBytes: Int(kls_pooled_gradient_scratch(handle)), flops: flops,
            usesThreads: isParallel
        ) {
            [self] buffers in
            let places = UnsafeRawPointer(buffers[1]).assumingMemoryBound(to: UInt8.self)
            kls_pooled_gradient_run(
                handle, buffers[0], places, buffers[2], buffers[3], buffers[4], isParallel)
        }
    }
}
