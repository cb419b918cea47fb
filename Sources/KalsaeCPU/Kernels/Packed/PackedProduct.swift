import CKalsaeKernels
import KalsaeGraph

/// A product of `float32`, or of `bfloat16` on tiles, by own loops over packed panels; freed with its last user.
final class PackedProduct: Sendable {
    private nonisolated(unsafe) let handle: OpaquePointer
    private let isParallel: Bool
    private let engine: Engine
    let scratchBytes: Int

    /// Multiply-adds from which on a second thread pays.
    private static let parallelThreshold = 400_000.0

    /// Prepares the product, or nil where another engine runs it or the loops cannot do it.
    ///
    /// - Parameter epilogue: a loop over the result's two dimensions that takes the place of
    ///   writing it.
    init?(_ sizes: ProductSizes, epilogue: kls_loop_spec? = nil) {
        let made = PackedProduct.withSpecification(sizes, epilogue) { kls_gemm_create(&$0) }
        guard let made = made ?? nil else { return nil }
        handle = made
        scratchBytes = Int(kls_gemm_scratch(made))
        engine = kls_gemm_uses_amx(made) ? .amxTiles : .packedVectors
        isParallel = sizes.flops >= 2 * PackedProduct.parallelThreshold
    }

    /// Whether the initializer makes it.
    static func isSupported(_ sizes: ProductSizes, epilogue: kls_loop_spec? = nil) -> Bool {
        withSpecification(sizes, epilogue) {
            kls_gemm_supports(&$0, InstructionSet.current.kernelLevel)
        } ?? false
    }

    /// Calls `body` with the specification; nil where another engine runs it.
    private static func withSpecification<Result>(
        _ sizes: ProductSizes, _ epilogue: kls_loop_spec?,
        _ body: (inout kls_gemm_spec) -> Result
    ) -> Result? {
        guard let choice = EngineChoice.current.engine(sizes, .float32), choice.isPacked
        else { return nil }
        let own = sizes.own
        var spec = kls_gemm_spec()
        (spec.batch, spec.m, spec.n, spec.k) = (Int64(sizes.batch), own.m, own.n, own.k)
        (spec.a_batch, spec.b_batch) = (own.m * own.k, own.k * own.n)
        (spec.a_row, spec.a_column) = (own.a_row, own.a_column)
        (spec.b_row, spec.b_column) = (own.b_row, own.b_column)
        (spec.a, spec.b, spec.c) = (0, 1, 2)
        spec.a_is_bytes = sizes.leftIsBytes
        spec.is_bf16 = sizes.isOfBFloat16
        spec.uses_bf16_limbs = choice == .amxTiles
        spec.cores = Int64(kls_core_count())
        guard let epilogue else { return body(&spec) }
        return withUnsafePointer(to: epilogue) {
            spec.epilogue = $0
            return body(&spec)
        }
    }

    deinit { kls_gemm_destroy(handle) }

    /// The instruction; buffers are left, right, the result or the epilogue's, and scratch.
    ///
    /// - Parameters:
    ///   - epilogue: the name of the loop that follows.
    ///   - buffers: how many there are in front of the scratch memory.
    func kernel(
        _ name: String, epilogue: String = "", flops: Double, buffers count: Int
    ) -> Kernel {
        let hasScratch = scratchBytes > 0
        return Kernel(
            name: engine.kernelName(name, epilogue: epilogue), engine: engine,
            scratchBytes: scratchBytes, flops: flops, usesThreads: isParallel
        ) { [self] buffers in
            UnsafeRawPointer(buffers).withMemoryRebound(
                to: UnsafeMutableRawPointer?.self, capacity: 1
            ) { kls_gemm_run(handle, $0, hasScratch ? buffers[count] : nil, isParallel) }
        }
    }
}
