import CKalsaeKernels
import KalsaeGraph
import KalsaeSupport

extension AttentionParameters {
    /// The C kernels' description of queries and keys of some shapes.
    fileprivate func shape(queries: Shape, keys: Shape) -> kls_attention {
        var shape = kls_attention()
        shape.batch = Int64(queries[0])
        shape.heads = Int64(heads)
        (shape.query_count, shape.key_count) = (Int64(queries[1]), Int64(keys[1]))
        shape.head_size = Int64(queries[2] / heads)
        shape.is_causal = isCausal
        shape.scale = Float(scale)
        shape.cores = Int64(kls_core_count())
        return shape
    }
}

extension Kernel {
    /// Floating-point operations from which on a second thread pays.
    private static let parallelAttention = 800_000.0

    /// Attention with the scores of some queries at a time; operands queries, keys, values.
    package static func attention(
        _ parameters: AttentionParameters, queries: Shape, keys: Shape
    ) throws(KalsaeError) -> Kernel {
        let shape = parameters.shape(queries: queries, keys: keys)
        let scratch = withUnsafePointer(to: shape) { Int(kls_attention_scratch($0)) }
        let flops = parameters.flops(products: 2, queries: queries, keys: keys)
        let isParallel = flops >= parallelAttention
        return Kernel(
            name: "attention", engine: .packedVectors, scratchBytes: scratch, flops: flops,
            usesThreads: isParallel
        ) { buffers in
            withUnsafePointer(to: shape) {
                kls_attention_run(
                    $0, buffers[0], buffers[1], buffers[2], buffers[3],
                    scratch > 0 ? buffers[4] : nil, isParallel)
            }
        }
    }

    /// The three gradients one behind the other; operands queries, keys, values, gradient.
    package static func attentionGradient(
        _ parameters: AttentionParameters, queries: Shape, keys: Shape
    ) throws(KalsaeError) -> Kernel {
        let shape = parameters.shape(queries: queries, keys: keys)
        let scratch = withUnsafePointer(to: shape) { Int(kls_attention_gradient_scratch($0)) }
        let flops = parameters.flops(products: 5, queries: queries, keys: keys)
        let isParallel = flops >= parallelAttention
        return Kernel(
            name: "attentionGradient", engine: .packedVectors, scratchBytes: scratch, flops: flops,
            usesThreads: isParallel
        ) { buffers in
            withUnsafePointer(to: shape) {
                kls_attention_gradient_run(
                    $0, buffers[0], buffers[1], buffers[2], buffers[3], buffers[4],
                    scratch > 0 ? buffers[5] : nil, isParallel)
            }
        }
    }
}
