import CKalsaeKernels
import KalsaeGraph

/// A convolution of `float32`, or the gradient of its input, by own loops over pixels; freed with
/// its last user.
final class PackedConvolution: Sendable {
    private nonisolated(unsafe) let handle: OpaquePointer
    private let isParallel: Bool
    private let engine: Engine
    let scratchBytes: Int

    /// Operations from which on a second thread pays.
    static let fewestParallelFlops = 800_000.0

    /// Prepares the output, the largest elements of its windows or the input gradient; nil where another
    /// engine runs it or the loops cannot do it.
    ///
    /// - Parameters:
    ///   - epilogue: a loop over pixels and channels that takes the place of writing the result.
    ///   - argmax: the buffer for the indices of the windows' largest elements, if anybody reads them.
    init?(
        _ task: ConvolutionTask, _ sizes: ConvolutionSizes, epilogue: kls_loop_spec? = nil,
        argmax: Int? = nil
    ) {
        let made = PackedConvolution.withSpecification(task, sizes, epilogue) { spec in
            spec.argmax = Int32(argmax ?? -1)
            return kls_conv_gemm_create(&spec)
        }
        guard let made = made ?? nil else { return nil }
        handle = made
        scratchBytes = Int(kls_conv_gemm_scratch(made))
        engine = kls_conv_gemm_uses_amx(made) ? .amxTiles : .packedVectors
        isParallel = sizes.flops >= PackedConvolution.fewestParallelFlops
    }

    /// Whether the initializer makes it.
    static func isSupported(
        _ task: ConvolutionTask, _ sizes: ConvolutionSizes, epilogue: kls_loop_spec? = nil
    ) -> Bool {
        withSpecification(task, sizes, epilogue) {
            kls_conv_gemm_supports(&$0, InstructionSet.current.kernelLevel)
        } ?? false
    }

    /// Calls `body` with the specification; nil where another engine runs it.
    private static func withSpecification<Result>(
        _ task: ConvolutionTask, _ sizes: ConvolutionSizes, _ epilogue: kls_loop_spec?,
        _ body: (inout kls_conv_gemm_spec) -> Result
    ) -> Result? {
        guard let engine = EngineChoice.current.engine(task, sizes, .float32), engine.isPacked
        else { return nil }
        var spec = sizes.specification(task, limbs: engine == .amxTiles)
        guard let epilogue else { return body(&spec) }
        return withUnsafePointer(to: epilogue) {
            spec.epilogue = $0
            return body(&spec)
        }
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
            name: engine.kernelName(name, epilogue: epilogue), engine: engine,
            scratchBytes: scratchBytes, flops: flops, usesThreads: isParallel
        ) {
            [self] buffers in
            UnsafeRawPointer(buffers).withMemoryRebound(
                to: UnsafeMutableRawPointer?.self, capacity: 1
            ) { kls_conv_gemm_run(handle, $0, buffers[count], isParallel) }
        }
    }
}

/// The weight gradient of a convolution by own kernels; freed with its last user.
final class PackedWeightGradient: Sendable {
    private nonisolated(unsafe) let handle: OpaquePointer
    private let isParallel: Bool
    private let engine: Engine
    private let scratchBytes: Int

    /// Prepares the gradient, or nil where another engine makes it.
    init?(_ sizes: ConvolutionSizes) {
        let choice = EngineChoice.current.engine(.weightGradient, sizes, .float32)
        guard let choice, choice.isPacked else { return nil }
        var shape = sizes.own
        guard let made = kls_conv_weight_gradient_create(&shape, choice == .amxTiles) else {
            return nil
        }
        handle = made
        scratchBytes = Int(kls_conv_weight_gradient_scratch(made))
        engine = kls_conv_weight_gradient_uses_amx(made) ? .amxTiles : .packedVectors
        isParallel = sizes.flops >= PackedConvolution.fewestParallelFlops
    }

    deinit { kls_conv_weight_gradient_destroy(handle) }

    /// The instruction; buffers are input, gradient, result and scratch.
    func kernel(_ name: String, flops: Double) -> Kernel {
        Kernel(
            name: engine.kernelName(name), engine: engine, scratchBytes: scratchBytes,
            flops: flops, usesThreads: isParallel
        ) {
            [self] buffers in
            kls_conv_weight_gradient_run(
                handle, buffers[0], buffers[1], buffers[2], buffers[3], isParallel)
        }
    }
}
