import KalsaeSupport

/// How attention with several heads side by side looks from queries to keys.
///
/// Head `h` has the features `h·size ..< (h + 1)·size`, `size = features / heads`.
public struct AttentionParameters: Hashable, Codable, Sendable {
    /// The number of heads; divides the features.
    public var heads: Int
    /// Whether a query sees only keys up to its own position, the last one seeing all.
    public var isCausal: Bool
    /// What scores are multiplied by, finite.
    public var scale: Double

    /// Makes parameters.
    public init(heads: Int, isCausal: Bool = false, scale: Double) {
        self.heads = heads
        self.isCausal = isCausal
        self.scale = scale
    }
}

extension AttentionParameters {
    func resultType(
        _ queries: TensorType, _ keys: TensorType, _ values: TensorType
    ) throws(KalsaeError) -> TensorType {
        let name = "attention"
        for type in [queries, keys, values] where type.dtype.sumType != .float32 {
            throw TypeChecks.unsupported(name, type.dtype)
        }
        let (q, k) = (queries.shape, keys.shape)
        guard q.rank == 3, k.rank == 3, values == keys, queries.dtype == keys.dtype, q[0] == k[0],
            q[2] == k[2]
        else {
            throw KalsaeError(
                name,
                expected: "queries [batch, queries, features], keys and values "
                    + "[batch, keys, features]",
                got: "\(q), \(k) and \(values.shape)")
        }
        guard heads >= 1, q[2] % heads == 0 else {
            throw KalsaeError(
                name, expected: "heads that divide the features",
                got: "\(heads) heads, \(q[2]) features")
        }
        guard scale.isFinite else {
            throw KalsaeError(name, expected: "a finite scale", got: "\(scale)")
        }
        return TensorType(.float32, q)
    }

    /// The gradients for queries, keys and values, one behind the other.
    func gradientType(
        _ queries: TensorType, _ keys: TensorType, _ values: TensorType, _ upstream: TensorType
    ) throws(KalsaeError) -> TensorType {
        let result = try resultType(queries, keys, values)
        try TypeChecks.same(
            "attentionGradient", upstream, TensorType(queries.dtype, result.shape))
        return TensorType(
            .float32, [queries.shape.elementCount + 2 * keys.shape.elementCount])
    }

    /// How many of the keys a query sees; one that would see none sees all alike.
    package func visibleKeys(for query: Int, queries: Int, keys: Int) -> Int {
        guard isCausal else { return keys }
        let count = query + keys - queries + 1
        return count > 0 ? count : keys
    }

    /// Floating-point operations of `products` products of all queries with what they see.
    package func flops(products: Int, queries: Shape, keys: Shape) -> Double {
        let (queryCount, keyCount) = (Double(queries[1]), Double(keys[1]))
        var pairs = queryCount * keyCount
        if isCausal {
            // The last ones see one more each; those in front that would see none see all.
            let seeing = Swift.min(queryCount, keyCount)
            pairs -= seeing * (seeing - 1) / 2
        }
        return 2 * Double(products) * Double(queries[0]) * pairs * Double(queries[2])
    }
}
