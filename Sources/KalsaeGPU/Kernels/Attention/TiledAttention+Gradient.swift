import KalsaeGraph
import KalsaeLowering

extension TiledAttention {
    /// Names of operands and results of the gradients.
    private struct Buffers {
        let q: String, k: String, v: String, g: String, kept: String
    }

    private func buffers(_ kernel: inout KernelBuilder) -> Buffers {
        let factor = "const \(op.operandTypes[0].dtype.cType)"
        return Buffers(
            q: kernel.buffer(factor, op.operand(0)), k: kernel.buffer(factor, op.operand(1)),
            v: kernel.buffer(factor, op.operand(2)), g: kernel.buffer(factor, op.operand(3)),
            kept: kernel.buffer("float", .workspace(byteOffset: 0)))
    }

    /// The gradients for queries, then those for keys and values with what the first launch kept of each query: its
    /// largest score, the inverse of their sum, and `Σ p · dp`.
    func gradients(_ context: KernelContext) -> TaskCalls {
        TaskCalls(
            [queryGradient(context), keyGradient(context)], workspaceBytes: 12 * queryRows)
    }

    private func queryGradient(_ context: KernelContext) -> KernelCall {
        var kernel = kernel(context)
        let names = names(.queries, &kernel)
        let buffers = buffers(&kernel)
        let parts = [
            SharedRows(name: "sq", operand: 0, isOwn: true),
            SharedRows(name: "sg", operand: 3, isOwn: true),
            SharedRows(name: "sk", operand: 1, isOwn: false),
            SharedRows(name: "sv", operand: 2, isOwn: false),
        ]
        let (array, lines) = shared(parts)
        let row = tile.ownRow("e")
        let loads = """
            \(load(parts[2], buffers.k, from: "other", of: names.keys, names))
            \(load(parts[3], buffers.v, from: "other", of: names.keys, names))
            """
        let products = """
            \(maskedScores("sq", "sk"))
            \(scores("dp"))
            \(tile.scores("dp", "sg", "sv"))
            """
        let stores = store("sum[e]", at: "0", rows: names.queries, names, &kernel)
        let isSeen = "other + c0 + \(tile.column("e")) < seen[\(row)]"
        return kernel.call(
            groupCount: groupCount(.queries),
            body: """
                \(lines)
                \(position(names))
                \(load(parts[0], buffers.q, from: "first", of: names.queries, names))
                \(load(parts[1], buffers.g, from: "first", of: names.queries, names))
                \(rowStart(names, sums: ["total", "mean"]))
                \(end(names))
                \(forEachTile(
                    from: "0", to: "end", load: loads,
                    """
                    \(products)
                    \(exponentials)
                    \(forEachRow("total[r] *= factor[r]; mean[r] *= factor[r];"))
                    \(forEachScore("total[\(row)] += s[e]; if (\(isSeen)) mean[\(row)] += s[e] * dp[e];"))
                    """))
                \(forEachRow(
                    """
                    \(tile.joined("total", by: "add"))
                    \(tile.joined("mean", by: "add"))
                    mean[r] /= total[r];
                    total[r] = 1 / total[r];
                    const I query = first + \(tile.row("r"));
                    if (\(tile.isFirst) && query < \(names.queries)) {
                    GLOBAL float *numbers = \(buffers.kept) + ((batch * \(names.heads) + head) * \(names.queries) + query) * 3;
                    numbers[0] = largest[r]; numbers[1] = total[r]; numbers[2] = mean[r];
                    }
                    """))
                \(sums("sum"))
                \(forEachTile(
                    from: "0", to: "end", load: loads,
                    """
                    \(products)
                    \(forEachScore(
                        """
                        const float p = exp(s[e] - largest[\(row)]) * total[\(row)];
                        s[e] = \(isSeen) && !blind[\(row)] ? p * (dp[e] - mean[\(row)]) * \(scale) : 0;
                        """))
                    \(tile.sums("sum", "s", "sk"))
                    """))
                \(stores)
                """, shared: [array])
    }

    private func keyGradient(_ context: KernelContext) -> KernelCall {
        var kernel = kernel(context)
        let names = names(.keys, &kernel)
        let buffers = buffers(&kernel)
        let (queries, keys) = (op.operandTypes[0].shape, op.operandTypes[1].shape)
        let behindQueries = kernel.integer(queries.elementCount)
        let behindKeys = kernel.integer(queries.elementCount + keys.elementCount)
        let parts = [
            SharedRows(name: "sk", operand: 1, isOwn: true),
            SharedRows(name: "sv", operand: 2, isOwn: true),
            SharedRows(name: "sq", operand: 0, isOwn: false),
            SharedRows(name: "sg", operand: 3, isOwn: false),
        ]
        let (array, lines) = shared(parts, numbers: "numbers")
        let stores = [("forKey", behindQueries), ("forValue", behindKeys)].map {
            store("\($0)[e]", at: $1, rows: names.keys, names, &kernel)
        }
        return kernel.call(
            groupCount: groupCount(.keys),
            body: """
                \(lines)
                \(position(names))
                \(load(parts[0], buffers.k, from: "first", of: names.keys, names))
                \(load(parts[1], buffers.v, from: "first", of: names.keys, names))
                \(sums("forKey"))
                \(sums("forValue"))
                \(start(names))
                \(forEachTile(
                    from: "start", to: names.queries,
                    load: """
                        \(load(parts[2], buffers.q, from: "other", of: names.queries, names))
                        \(load(parts[3], buffers.g, from: "other", of: names.queries, names))
                        for (int i = LID; i < \(3 * tile.columns); i += \(tile.groupSize)) {
                        const I query = other + i / 3;
                        numbers[i] = query < \(names.queries) ? \(buffers.kept)[((batch * \(names.heads) + head) * \(names.queries) + query) * 3 + i % 3] : 0;
                        }
                        """,
                    """
                    \(scores("s"))
                    \(tile.scores("s", "sk", "sq"))
                    \(scores("dp"))
                    \(tile.scores("dp", "sv", "sg"))
                    \(forEachScore(weights(names)))
                    \(tile.sums("forValue", "s", "sg"))
                    \(tile.sums("forKey", "dp", "sq"))
                    """))
                \(stores.joined(separator: "\n"))
                """, shared: [array])
    }

    /// Lines that turn score `e` of a key and a query into its weight, and its `dp` into the gradient of the score.
    private func weights(_ names: Names) -> String {
        """
        const int column = c0 + \(tile.column("e"));
        const I query = other + column, key = first + \(tile.row("(\(tile.ownRow("e")))"));
        I seen; int blind;
        \(visible("query", names))
        float p = 0, ds = 0;
        if (query < \(names.queries) && key < seen) {
        p = exp((blind ? 0 : s[e] * \(scale)) - numbers[column * 3]) * numbers[column * 3 + 1];
        ds = blind ? 0 : p * (dp[e] - numbers[column * 3 + 2]) * \(scale);
        }
        s[e] = p; dp[e] = ds;
        """
    }
}
