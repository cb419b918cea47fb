import KalsaeGraph
import KalsaeLowering

extension LoweredOp {
    /// `softmax(scale · q · kᵀ) · v`, a group for each query.
    func attentionByRows(
        _ parameters: AttentionParameters, _ context: KernelContext
    ) -> TaskCalls {
        let (queries, keys) = (operandTypes[0].shape, operandTypes[1].shape)
        var kernel = KernelBuilder(
            extent: max(queries.elementCount, keys.elementCount), groupSize: AttentionRows.group,
            isGuarded: context.isGuarded)
        let text = AttentionRows(
            parameters, queries: operandTypes[0], keys: operandTypes[1], &kernel)
        let factor = "const \(operandTypes[0].dtype.cType)"
        let (q, k) = (kernel.buffer(factor, operand(0)), kernel.buffer(factor, operand(1)))
        let v = kernel.buffer(factor, operand(2))
        let y = kernel.buffer("float", output)
        let weight = """
            \(text.score(q, k, query: "row", key: text.keyRow("key")))
            weight = exp(score - largest) / total;
            """
        return TaskCalls([
            kernel.call(
                groupCount: text.batches * text.headCount * text.queryCount,
                body: """
                    \(text.queryPosition)
                    \(text.softmax(q, k))
                    \(text.weighted(weight, by: v, to: y))
                    """,
                shared: [.init("float", "s0", AttentionRows.group)])
        ])
    }

    /// The gradients for queries, then those for keys and values with what the first launch kept of
    /// each query: its largest score, their sum, and `Σ p · dp`.
    func attentionGradientByRows(
        _ parameters: AttentionParameters, _ context: KernelContext
    ) -> TaskCalls {
        let (queries, keys) = (operandTypes[0].shape, operandTypes[1].shape)
        let rows = queries[0] * queries[1] * parameters.heads
        var calls: [KernelCall] = []
        if queries.elementCount > 0 { calls.append(queryGradient(parameters, context)) }
        if keys.elementCount > 0 { calls.append(keyGradient(parameters, context)) }
        return TaskCalls(calls, workspaceBytes: 12 * rows)
    }

    private struct Operands {
        let q, k, v, g, y, kept: String
    }

    private func operands(_ kernel: inout KernelBuilder) -> Operands {
        let factor = "const \(operandTypes[0].dtype.cType)"
        return Operands(
            q: kernel.buffer(factor, operand(0)),
            k: kernel.buffer(factor, operand(1)),
            v: kernel.buffer(factor, operand(2)),
            g: kernel.buffer(factor, operand(3)), y: kernel.buffer("float", output),
            kept: kernel.buffer("float", .workspace(byteOffset: 0)))
    }

    private func builder(_ context: KernelContext) -> KernelBuilder {
        KernelBuilder(
            extent: type.shape.elementCount * 3, groupSize: AttentionRows.group,
            isGuarded: context.isGuarded)
    }

    private func queryGradient(
        _ parameters: AttentionParameters, _ context: KernelContext
    ) -> KernelCall {
        var kernel = builder(context)
        let text = AttentionRows(
            parameters, queries: operandTypes[0], keys: operandTypes[1], &kernel)
        let names = operands(&kernel)
        let scale = DType.float32.literal(bits: Float(parameters.scale).bitPattern)
        let slope = """
            \(text.score(names.q, names.k, query: "row", key: text.keyRow("key")))
            \(text.dot("dp", names.g, "row", names.v, text.keyRow("key")))
            const float p = exp(score - largest) / total;
            """
        return kernel.call(
            groupCount: text.batches * text.headCount * text.queryCount,
            body: """
                \(text.queryPosition)
                \(text.softmax(names.q, names.k))
                float mean = 0;
                for (I key = LID; key < seen; key += \(AttentionRows.group)) {
                \(slope)
                mean += p * dp;
                }
                s0[LID] = mean;
                \(AttentionRows.tree("add"))
                mean = s0[0];
                BARRIER();
                if (LID == 0) {
                \(names.kept)[(I)GID * 3] = largest;
                \(names.kept)[(I)GID * 3 + 1] = total;
                \(names.kept)[(I)GID * 3 + 2] = mean;
                }
                \(text.weighted(
                    """
                    \(slope)
                    weight = blind ? 0 : p * (dp - mean) * \(scale);
                    """, by: names.k, to: names.y))
                """,
            shared: [.init("float", "s0", AttentionRows.group)])
    }

    private func keyGradient(
        _ parameters: AttentionParameters, _ context: KernelContext
    ) -> KernelCall {
        let (queries, keys) = (operandTypes[0].shape, operandTypes[1].shape)
        var kernel = builder(context)
        let text = AttentionRows(
            parameters, queries: operandTypes[0], keys: operandTypes[1], &kernel)
        let names = operands(&kernel)
        let all = kernel.integer(queries[1])
        let behindQueries = kernel.integer(queries.elementCount)
        let behindKeys = kernel.integer(queries.elementCount + keys.elementCount)
        let keyTotal = kernel.integer(keys[1]), heads = kernel.integer(parameters.heads)
        let scale = DType.float32.literal(bits: Float(parameters.scale).bitPattern)
        return kernel.call(
            groupCount: text.batches * text.headCount * text.keyCount,
            body: """
                \(text.position(keyTotal, "key"))
                const I column = \(text.keyRow("key"));
                \(text.forEachFeature(
                    "\(names.y)[\(behindQueries) + column + d] = 0; \(names.y)[\(behindKeys) + column + d] = 0;"))
                for (I first = 0; first < \(all); first += \(AttentionRows.group)) {
                const I query = first + LID;
                float forValue = 0, forKey = 0;
                if (query < \(all)) {
                \(text.visible)
                if (key < seen) {
                const I row = \(text.queryRow("query"));
                const I kept = ((batch * \(heads) + head) * \(all) + query) * 3;
                \(text.score(names.q, names.k, query: "row", key: "column"))
                \(text.dot("dp", names.g, "row", names.v, "column"))
                forValue = exp(score - \(names.kept)[kept]) / \(names.kept)[kept + 1];
                forKey = blind ? 0 : forValue * (dp - \(names.kept)[kept + 2]) * \(scale);
                }
                }
                s0[LID] = forValue; s1[LID] = forKey;
                BARRIER();
                const int length = (int)min((i64)\(AttentionRows.group), (i64)(\(all) - first));
                \(text.forEachFeature(
                    """
                    float dv = \(names.y)[\(behindKeys) + column + d];
                    float dk = \(names.y)[\(behindQueries) + column + d];
                    for (int j = 0; j < length; j++) {
                    const I row = \(text.queryRow("(first + j)"));
                    dv = fma(s0[j], \(text.number("\(names.g)[row + d]")), dv);
                    dk = fma(s1[j], \(text.number("\(names.q)[row + d]")), dk);
                    }
                    \(names.y)[\(behindKeys) + column + d] = dv;
                    \(names.y)[\(behindQueries) + column + d] = dk;
                    """))
                BARRIER();
                }
                """,
            shared: [
                .init("float", "s0", AttentionRows.group),
                .init("float", "s1", AttentionRows.group),
            ])
    }
}
