import CKalsaeKernels
import KalsaeGraph

/// A convolution of `float32`, or the gradient of its input, by own loops over pixels; freed with
/// its last user.
final class PackedConvolution: Sendable {
    private nonisolated(unsafe) let handle: OpaquePointer
    private let isParallel: Bool
    private let engine: PackedEngine
    let scratchBytes: Int

    /// Operations from which on a second thread pays.
    static let fewestParallelFlops = 800_000.0

    /// Prepares the convolution, or nil where the loops cannot do it or the library is better.
    ///
    /// - Parameters:
    ///   - ofInput: whether the gradient of the input is made, from gradient and kernel.
    ///   - epilogue: a loop over pixels and channels that takes the place of writing the result.
    ///   - pooling: windows that cover the output, of which the largest elements are the result.
    init?(
        _ sizes: ConvolutionSizes, ofInput: Bool, epilogue: kls_loop_spec? = nil,
        pooling: Pooling? = nil
    ) {
        guard !sizes.isEmpty else { return nil }
        var spec = kls_conv_gemm_spec()
        spec.shape = sizes.own
        spec.is_input_gradient = ofInput
        spec.allows_bf16_limbs = CPUPass.limbs.isEnabled
        (spec.input, spec.weights, spec.output) = (0, 1, 2)
        if let pooling {
            spec.window_height = Int64(pooling.window.height)
            spec.window_width = Int64(pooling.window.width)
            spec.argmax = Int32(pooling.argmax ?? -1)
        }
        let made: OpaquePointer?
        if let epilogue {
            made = withUnsafePointer(to: epilogue) { epilogue in
                spec.epilogue = epilogue
                return kls_conv_gemm_create(&spec)
            }
        } else {
            made = kls_conv_gemm_create(&spec)
        }
        guard let made else { return nil }
        handle = made
        scratchBytes = Int(kls_conv_gemm_scratch(made))
        engine = kls_conv_gemm_uses_amx(made) ? .limbs : .packed
        isParallel = sizes.flops >= PackedConvolution.fewestParallelFlops
    }

    /// Windows that do not overlap, and the number of the buffer for the argmax indices of their
    /// first largest elements, if anybody wants them.
    struct Pooling {
        var window: Pair
        var argmax: Int?
    }

    deinit { kls_conv_gemm_destroy(handle) }

    /// The instruction; buffers are the operands, the result or the epilogue's, and scratch.
    ///
    /// - Parameters:
    ///   - epilogue: the name of the loop that follows.
    ///   - buffers: how many there are in front of the scratch memory.
    func kernel(
        _ name: String, epilogue: String = "", flops: Double, buffers count: Int
    ) -> Kernel {
        Kernel(
            name: engine.name(name, epilogue), engine: engine.engine, scratchBytes: scratchBytes,
            flops: flops, usesThreads: isParallel
        ) {
            [self] buffers in
            UnsafeRawPointer(buffers).withMemoryRebound(
                to: UnsafeMutableRawPointer?.self, capacity: 1
            ) { kls_conv_gemm_run(handle, $0, buffers[count], isParallel) }
        }
    }
}

/// The gradient of a convolution's kernel by own loops; freed with its last user.
final class PackedKernelGradient: Sendable {
    private nonisolated(unsafe) let handle: OpaquePointer
    private let isParallel: Bool
    private let engine: PackedEngine
    private let scratchBytes: Int

    /// Prepares the gradient, or nil where the loops cannot do it or the library is better.
    init?(_ sizes: ConvolutionSizes) {
        guard !sizes.isEmpty else { return nil }
        let shape = sizes.own
        let allowsLimbs = CPUPass.limbs.isEnabled
        guard
            let made = withUnsafePointer(
                to: shape, { kls_conv_weight_gradient_create($0, allowsLimbs) })
        else { return nil }
        handle = made
        scratchBytes = Int(kls_conv_weight_gradient_scratch(made))
        engine = kls_conv_weight_gradient_uses_amx(made) ? .limbs : .packed
        isParallel = sizes.flops >= PackedConvolution.fewestParallelFlops
    }

    deinit { kls_conv_weight_gradient_destroy(handle) }

    /// The instruction; buffers are input, gradient, result and scratch.
    func kernel(_ name: String, flops: Double) -> Kernel {
        Kernel(
            name: engine.name(name, ""), engine: engine.engine, scratchBytes: scratchBytes,
            flops: flops, usesThreads: isParallel
        ) {
            [self] buffers in
            kls_conv_weight_gradient_run(
                handle, buffers[0], buffers[1], buffers[2], buffers[3], isParallel)
        }
    }
}
