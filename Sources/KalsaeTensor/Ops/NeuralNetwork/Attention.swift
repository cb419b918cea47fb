import KalsaeGraph
import KalsaeSupport

extension Tensor {
    /// Scaled dot-product attention (Vaswani et al., 2017): `softmax(scale · q · kᵀ) · v` for each
    /// of the heads, which lie side by side in the features.
    ///
    /// Queries `[batch, queries, features]`, keys and values `[batch, keys, features]`, result as
    /// the queries. A query that may look nowhere looks everywhere alike. In `float32` and without
    /// a mask the scores of all queries are never in memory at once, neither here nor in the
    /// gradient. NaN in what a query sees makes its result NaN; in what it does not see, it may.
    /// - Parameters:
    ///   - heads: divides the features.
    ///   - isCausal: a query sees keys up to its own position, the last query sees all.
    ///   - scale: of the scores; by default `1 / √(features / heads)`.
    ///   - mask: `bool`, broadcasts to `[batch, heads, queries, keys]`; true where a query may
    ///     look.
    public static func scaledDotProductAttention(
        _ queries: Tensor, _ keys: Tensor, _ values: Tensor, heads: Int = 1,
        isCausal: Bool = false, scale: Double? = nil, mask: Tensor? = nil,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let size = Double(queries.shape.last ?? 1) / Double(Swift.max(heads, 1))
        let parameters = AttentionParameters(
            heads: heads, isCausal: isCausal,
            scale: scale ?? 1 / Swift.max(size, 1).squareRoot())
        return attention(
            [queries, keys, values], parameters, mask: mask,
            site: CallSite(file: file, line: line))
    }

    /// The same; `changingWeights`, as dropout does, acts on the softmax
    /// `[batch, heads, queries, keys]`.
    package static func attention(
        _ operands: [Tensor], _ parameters: AttentionParameters, mask: Tensor? = nil,
        changingWeights: ((Tensor) -> Tensor)? = nil, site: CallSite? = nil
    ) -> Tensor {
        for tensor in operands + [mask].compactMap({ $0 }) where tensor.fault != nil {
            return tensor
        }
        let isPlain = mask == nil && changingWeights == nil
        if isPlain, operands.allSatisfy({ $0.dtype == .float32 }) {
            return .apply(.attention(parameters), operands, site: site)
        }
        do {
            // The rule for shapes is that of the primitive.
            _ = try Primitive.attention(parameters).resultType(
                of: operands.map { TensorType(.float32, $0.shape) })
        } catch {
            return Tensor(error, operands: operands, site: site)
        }
        let (q, k) = (operands[0].shape, operands[1].shape)
        let full: Shape = [q[0], parameters.heads, q[1], k[1]]
        if let mask, mask.dtype != .bool || mask.shape.broadcast(with: full) != full {
            return .fault(
                "attention", expected: "a mask of bool that broadcasts to \(full)",
                got: "\(mask.type)", operands: operands, site: site)
        }
        return parameters.composed(operands, mask: mask, changingWeights ?? { $0 })
    }
}

extension AttentionParameters {
    /// Attention made of other operations: for all types, and with gradients of all orders.
    package func composed(
        _ operands: [Tensor], mask: Tensor? = nil, _ changingWeights: (Tensor) -> Tensor = { $0 }
    ) -> Tensor {
        let (q, k, v) = (operands[0], operands[1], operands[2])
        let full: Shape = [q.shape[0], heads, q.shape[1], k.shape[1]]
        var scores = (split(q) * scale).matmul(split(k), transposeRight: true)
        // Finite, so that a query without anything to look at gives no NaN.
        let lowest = scores.filled(q.dtype == .float16 ? -6e4 : -1e9)
        if isCausal {
            let past = Tensor.lowerTriangularMask(
                rows: full[2], columns: full[3], diagonal: full[3] - full[2])
            scores = past.broadcast(to: full).select(scores, lowest)
        }
        if let mask { scores = mask.broadcast(to: full).select(scores, lowest) }
        let weights = changingWeights(scores.softmax())
        let joined = weights.matmul(split(v)).transposed(permutation: [0, 2, 1, 3])
        return joined.reshaped(to: q.shape)
    }

    /// `[batch, length, features] → [batch, heads, length, size]`.
    private func split(_ x: Tensor) -> Tensor {
        let shape: Shape = [x.shape[0], x.shape[1], heads, x.shape[2] / heads]
        return x.reshaped(to: shape).transposed(permutation: [0, 2, 1, 3])
    }

    /// A part of what one primitive gives for all three operands.
    func gradient(_ context: GradientContext, for index: Int) -> Tensor? {
        let all = Tensor.apply(
            .attentionGradient(self), context.operands + [context.upstream])
        let start = context.operands[..<index].reduce(0) { $0 + $1.count }
        let operand = context.operands[index]
        return all[start..<start + operand.count].reshaped(to: operand.shape)
    }

    /// Operands queries, keys, values, gradient: the gradient of the composed gradient.
    func gradientGradient(_ context: GradientContext, for index: Int) -> Tensor? {
        let variables = context.operands.map { $0.asVariable() }
        let first = Array(variables[..<3])
        let parts = Tensor.gradients(of: composed(first), upstream: variables[3], for: first)
        let all = Tensor.concatenate(parts.map { $0.reshaped(to: [$0.count]) })
        return Tensor.gradients(of: all, upstream: context.upstream, for: [variables[index]])[0]
    }
}
