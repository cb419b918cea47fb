import KalsaeGraph

extension BackendCase {
    private struct AttentionRow {
        var queries: Shape, others: Int, heads: Int
    }

    private static let attentionRows = [
        AttentionRow(queries: [1, 1, 1], others: 1, heads: 1),
        AttentionRow(queries: [2, 5, 6], others: 5, heads: 2),
        AttentionRow(queries: [2, 3, 12], others: 9, heads: 3),
        AttentionRow(queries: [1, 9, 10], others: 4, heads: 2),
        AttentionRow(queries: [3, 17, 32], others: 16, heads: 2),
        AttentionRow(queries: [2, 64, 64], others: 64, heads: 2),
        AttentionRow(queries: [1, 33, 48], others: 65, heads: 1),
        AttentionRow(queries: [1, 75, 80], others: 100, heads: 2),
        AttentionRow(queries: [0, 3, 4], others: 3, heads: 2),
        AttentionRow(queries: [2, 0, 4], others: 3, heads: 2),
        AttentionRow(queries: [2, 3, 4], others: 0, heads: 1),
        AttentionRow(queries: [2, 3, 0], others: 3, heads: 3),
    ]

    /// Attention and its gradient, causal and not: odd sizes, queries that see nothing, NaN, halves.
    static var attentions: [BackendCase] {
        var cases = attentionRows.flatMap { attention($0, .normal) }
        for half in [DType.bfloat16, .float16] {
            cases += attentionRows.flatMap { attention($0, .normal, half) }
        }
        // The largest score takes all, and what is left of a gradient is rounding.
        let extreme = AttentionRow(queries: [2, 7, 8], others: 20, heads: 2)
        cases += attention(extreme, .wide, errorFactor: 100)
        let withNaN = Domain.numbers([1, -2, 0.5, .nan, 3, -1, 0.25, 2, -0.5, 1, 1.5])
        let row = AttentionRow(queries: [2, 5, 9], others: 4, heads: 3)
        return cases + attention(row, withNaN).filter { !$0.isCausal }
    }

    /// The same where rows of scores are long and the work is divided.
    static var largeAttentions: [BackendCase] {
        attention(AttentionRow(queries: [3, 70, 64], others: 700, heads: 4), .normal)
            + attention(AttentionRow(queries: [1, 600, 24], others: 500, heads: 1), .normal)
    }

    /// Attention of sizes at which a device works by tiles: with edges and tails, heads that are filled up, so many
    /// stacks that groups have two and four warps, queries that see nothing.
    public static var attentionTiles: [BackendCase] {
        [DType.float32, .bfloat16, .float16].flatMap { attentionTiles($0) }
    }

    /// The same of `float32` for devices whose products round it to 11 bits, but for heads that have no tiles.
    public static var roundedAttentionTiles: [BackendCase] {
        attentionTiles(.float32)
            .filter { $0.graph.inputs[0].shape[2] <= 128 }.map { $0.roundingOperands() }
    }

    private static func attentionTiles(_ dtype: DType) -> [BackendCase] {
        let rows = [
            AttentionRow(queries: [2, 40, 32], others: 72, heads: 2),
            AttentionRow(queries: [1, 100, 24], others: 37, heads: 1),
            AttentionRow(queries: [1, 50, 35], others: 50, heads: 5),
            AttentionRow(queries: [44, 66, 16], others: 34, heads: 1),
            AttentionRow(queries: [32, 66, 40], others: 66, heads: 2),
            AttentionRow(queries: [1, 35, 128], others: 70, heads: 1),
            AttentionRow(queries: [1, 20, 130], others: 20, heads: 1),
        ]
        return rows.flatMap { attention($0, .normal, dtype) }
    }

    private static func attention(
        _ row: AttentionRow, _ domain: Domain, _ dtype: DType = .float32, errorFactor: Double = 1
    ) -> [BackendCase] {
        var keys = row.queries
        keys[1] = row.others
        let types = [row.queries, keys, keys, row.queries].map { TensorType(dtype, $0) }
        let length = Double(max(row.others, row.queries[1]))
        var cases: [BackendCase?] = []
        for isCausal in [false, true] {
            let parameters = AttentionParameters(
                heads: row.heads, isCausal: isCausal, scale: 0.4)
            cases += [
                .single(
                    .attention(parameters), Array(types[..<3]),
                    [domain, domain, domain], errorFactor: errorFactor * (8 + length / 16)),
                .single(
                    .attentionGradient(parameters), types, [domain, domain, domain, .normal],
                    errorFactor: errorFactor * (32 + length / 4)),
            ]
        }
        return cases.compactMap { $0 }
    }

    private var isCausal: Bool { description.contains("causal: true") }
}
