import KalsaeGraph
import KalsaeLowering

extension TiledAttention {
    /// Lines that set `s` to the scores of the group's queries, -∞ for keys that they do not see; they read
    /// `seen` and `blind` of each row.
    func maskedScores(_ own: String, _ others: String) -> String {
        let row = tile.ownRow("e")
        return """
            \(scores("s"))
            \(tile.scores("s", own, others))
            \(forEachScore(
                """
                const I column = other + c0 + \(tile.column("e"));
                s[e] = column >= seen[\(row)] ? -INFINITY : blind[\(row)] ? 0 : s[e] * \(scale);
                """))
            """
    }

    /// Lines that define what is kept of each row: how many keys it sees, its largest score, sums.
    func rowStart(_ names: Names, sums: [String]) -> String {
        let list = sums.map { ", \($0)[\(tile.ownRows)]" }.joined()
        let zeros = sums.map { "\($0)[r] = 0;" }.joined(separator: " ")
        return """
            I seen[\(tile.ownRows)]; int blind[\(tile.ownRows)];
            float largest[\(tile.ownRows)]\(list);
            \(forEachRow(
                """
                \(visible("(first + \(tile.row("r")))", names)
                    .replacing("seen", with: "seen[r]").replacing("blind", with: "blind[r]"))
                largest[r] = -INFINITY; \(zeros)
                """))
            """
    }

    /// Lines that turn scores into `exp(s - largest)` with the largest score so far; `factor` is what sums so far
    /// are to be multiplied by.
    var exponentials: String {
        let row = tile.ownRow("e")
        return """
            float base[\(tile.ownRows)], factor[\(tile.ownRows)], top[\(tile.ownRows)];
            \(forEachRow("top[r] = largest[r];"))
            \(forEachScore("top[\(row)] = max_f32(top[\(row)], s[e]);"))
            \(forEachRow(
                """
                \(tile.joined("top", by: "max"))
                base[r] = top[r] == -INFINITY ? 0 : top[r];
                factor[r] = exp(largest[r] - base[r]);
                largest[r] = top[r];
                """))
            \(forEachScore("s[e] = exp(s[e] - base[\(row)]);"))
            """
    }

    /// `softmax(scale · q · kᵀ) · v`.
    func forward(_ context: KernelContext) -> TaskCalls {
        var kernel = kernel(context)
        let names = names(.queries, &kernel)
        let factor = "const \(op.operandTypes[0].dtype.cType)"
        let (q, k) = (kernel.buffer(factor, op.operand(0)), kernel.buffer(factor, op.operand(1)))
        let v = kernel.buffer(factor, op.operand(2))
        let parts = [
            SharedRows(name: "sq", operand: 0, isOwn: true),
            SharedRows(name: "sk", operand: 1, isOwn: false),
            SharedRows(name: "sv", operand: 2, isOwn: false),
        ]
        let (array, lines) = shared(parts)
        let row = tile.ownRow("e")
        let stores = store("sum[e] / total[\(row)]", rows: names.queries, names, &kernel)
        let body = """
            \(lines)
            \(position(names))
            \(load(parts[0], q, from: "first", of: names.queries, names))
            \(rowStart(names, sums: ["total"]))
            \(sums("sum"))
            \(end(names))
            \(forEachTile(
                from: "0", to: "end",
                load: """
                    \(load(parts[1], k, from: "other", of: names.keys, names))
                    \(load(parts[2], v, from: "other", of: names.keys, names))
                    """,
                """
                \(maskedScores("sq", "sk"))
                \(exponentials)
                \(forEachRow("total[r] *= factor[r];"))
                \(forEachScore("total[\(row)] += s[e];"))
                \(forEachSum("sum[e] *= factor[\(row)];"))
                \(tile.sums("sum", "s", "sv"))
                """))
            \(forEachRow(tile.joined("total", by: "add")))
            \(stores)
            """
        return TaskCalls([
            kernel.call(groupCount: groupCount(.queries), body: body, shared: [array])
        ])
    }
}
