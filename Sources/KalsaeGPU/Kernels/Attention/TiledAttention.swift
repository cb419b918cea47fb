import KalsaeGraph
import KalsaeLowering

/// Attention by tiles: a group of work items has rows of queries (or keys) and goes over tiles of the others, whose
/// scores it never stores (Dao et al., 2022).
struct TiledAttention {
    private let result: ProductResult
    var op: LoweredOp { result.op }
    let tile: any AttentionTile
    private let parameters: AttentionParameters
    private let queryCount: Int, keyCount: Int, features: Int, batches: Int
    /// Elements that are read at a time of queries, keys, values, gradients.
    private let widths: [Int]

    init?(
        _ result: ProductResult, _ parameters: AttentionParameters, _ context: KernelContext
    ) {
        let op = result.op
        let (queries, keys) = (op.operandTypes[0].shape, op.operandTypes[1].shape)
        let size = queries[2] / parameters.heads
        guard
            let tile = AttentionChoice.tile(
                op.operandTypes[0].dtype, size: size, queries: queries[1], keys: keys[1],
                stacks: queries[0] * parameters.heads, context)
        else { return nil }
        (self.result, self.tile, self.parameters) = (result, tile, parameters)
        (batches, queryCount, features) = (queries[0], queries[1], queries[2])
        keyCount = keys[1]
        widths = op.operands.indices.map {
            let operand = op.productOperand($0, run: size, result.storages)
            return tile.takesPieces(operand.dtype) ? operand.width : 1
        }
    }

    /// Whether the group's rows are queries or keys.
    enum Rows { case queries, keys }

    /// Names of a kernel's sizes.
    struct Names {
        let queries: String, keys: String, features: String, heads: String, size: String
        let tiles: String
    }

    func names(_ rows: Rows, _ kernel: inout KernelBuilder) -> Names {
        Names(
            queries: kernel.integer(queryCount), keys: kernel.integer(keyCount),
            features: kernel.integer(features), heads: kernel.integer(parameters.heads),
            size: kernel.integer(features / parameters.heads),
            tiles: kernel.integer(tiles(rows)))
    }

    private func tiles(_ rows: Rows) -> Int {
        TiledProduct.tiles(rows == .queries ? queryCount : keyCount, tile.rows)
    }

    func groupCount(_ rows: Rows) -> Int { batches * parameters.heads * tiles(rows) }

    /// All rows of queries of all heads.
    var queryRows: Int { batches * parameters.heads * queryCount }

    func kernel(_ context: KernelContext) -> KernelBuilder {
        let extent = max(op.type.shape.elementCount, batches * max(queryCount, keyCount) * features)
        return KernelBuilder(
            extent: max(3 * extent, result.extent), groupSize: tile.groupSize,
            isGuarded: context.isGuarded)
    }

    var scale: String { DType.float32.literal(bits: Float(parameters.scale).bitPattern) }

    /// A tile of an operand in shared memory.
    struct SharedRows {
        let name: String, operand: Int, isOwn: Bool
    }

    /// The group's memory, and lines that name its parts.
    ///
    /// - Parameter numbers: the name of three floats for each of the others, nil for none.
    func shared(
        _ parts: [SharedRows], numbers: String? = nil
    ) -> (array: KernelText.SharedArray, lines: String) {
        var words = 0
        var lines: [String] = []
        for part in parts {
            lines.append(
                "LOCAL \(tile.type) *\(part.name) = (LOCAL \(tile.type) *)(tile + \(words));")
            words += tile.byteCount(rows: part.isOwn ? tile.rows : tile.columns) / 4
        }
        if let numbers {
            lines.append("LOCAL float *\(numbers) = (LOCAL float *)(tile + \(words));")
            words += 3 * tile.columns
        }
        return (.init("u32", "tile", words), lines.joined(separator: "\n"))
    }

    /// Lines that say which rows of which head the group has: those from `first` on.
    func position(_ names: Names) -> String {
        """
        I rest = (I)GID;
        const I first = rest % \(names.tiles) * \(tile.rows); rest /= \(names.tiles);
        const I head = rest % \(names.heads), batch = rest / \(names.heads);
        """
    }

    /// Lines that bring rows of an operand into shared memory; others are zeros.
    func load(
        _ part: SharedRows, _ buffer: String, from first: String, of count: String, _ names: Names
    ) -> String {
        let dtype = op.operandTypes[part.operand].dtype
        let width = widths[part.operand]
        let line = tile.features / width
        let rows = part.isOwn ? tile.rows : tile.columns
        let target = "\(part.name) + i / \(line) * \(tile.stride) + d"
        let source = "(batch * \(count) + at) * \(names.features) + head * \(names.size) + d"
        let isWide = width > 1
        let load =
            isWide ? "*(const GLOBAL uint4 *)(\(buffer) + \(source))" : "\(buffer)[\(source)]"
        return """
            for (int i = LID; i < \(rows * line); i += \(tile.groupSize)) {
            const int d = i % \(line) * \(width);
            const I at = \(first) + i / \(line);
            \(isWide ? "uint4" : dtype.cType) v;
            \(isWide ? "v.x = v.y = v.z = v.w = 0;" : "v = 0;")
            if (at < \(count) && d < \(names.size)) v = \(load);
            \(isWide ? pieces(dtype) : "")
            \(isWide ? "*(LOCAL uint4 *)(\(target)) = v;" : "*(\(target)) = \(tile.converted("v", dtype));")
            }
            """
    }

    /// What a piece of 16 bytes becomes before it is stored.
    private func pieces(_ dtype: DType) -> String {
        guard dtype == .float32, tile.type == "u32" else { return "" }
        return ["x", "y", "z", "w"].map { "v.\($0) = \(tile.converted("BITS_F(v.\($0))", dtype));" }
            .joined(separator: " ")
    }

    /// A loop over the others, tile by tile, then over the columns whose scores are computed at a time.
    func forEachTile(from start: String, to end: String, load: String, _ body: String) -> String {
        let steps =
            tile.step == tile.columns
            ? "const int c0 = 0;"
            : "for (int c0 = 0; c0 < \(tile.columns) && other + c0 < \(end); c0 += \(tile.step))"
        return """
            for (I other = \(start); other < \(end); other += \(tile.columns)) {
            BARRIER();
            \(load)
            BARRIER();
            \(steps) {
            \(body)
            }
            }
            """
    }

    func forEachRow(_ body: String) -> String {
        "UNROLL\nfor (int r = 0; r < \(tile.ownRows); r++) {\n\(body)\n}"
    }

    /// A loop over the scores that a work item has.
    func forEachScore(_ body: String) -> String {
        "UNROLL\nfor (int e = 0; e < \(tile.count(tile.step)); e++) {\n\(body)\n}"
    }

    /// A loop over the sums of features that a work item has.
    func forEachSum(_ body: String) -> String {
        "UNROLL\nfor (int e = 0; e < \(tile.count(tile.features)); e++) {\n\(body)\n}"
    }

    /// Lines that define numbers, all 0, of scores or of sums of features.
    func scores(_ name: String) -> String {
        "float \(name)[\(tile.count(tile.step))];\n" + forEachScore("\(name)[e] = 0;")
    }

    func sums(_ name: String) -> String {
        "float \(name)[\(tile.count(tile.features))];\n" + forEachSum("\(name)[e] = 0;")
    }

    /// Lines that set `blind` and `seen` for a query: whether it would see no key and so sees all alike, and how many.
    func visible(_ query: String, _ names: Names) -> String {
        guard parameters.isCausal else { return "blind = 0; seen = \(names.keys);" }
        return """
            seen = \(query) + \(names.keys) - \(names.queries) + 1;
            blind = seen <= 0;
            if (blind || seen > \(names.keys)) seen = \(names.keys);
            """
    }

    /// Lines that set `end` behind the last key that one of the group's queries sees.
    func end(_ names: Names) -> String {
        guard parameters.isCausal else { return "const I end = \(names.keys);" }
        return """
            I end = \(names.keys);
            if (first + \(names.keys) - \(names.queries) >= 0) {
            end = min(end, first + \(tile.rows) + \(names.keys) - \(names.queries));
            }
            """
    }

    /// Lines that set `start` to the first query that sees one of the group's keys; those that see all come first.
    func start(_ names: Names) -> String {
        guard parameters.isCausal else { return "const I start = 0;" }
        return """
            I start = 0;
            if (\(names.keys) >= \(names.queries)) {
            start = max(start, first - (\(names.keys) - \(names.queries)));
            }
            """
    }

    /// Lines that store sums of a row, `value` of number `e`.
    ///
    /// - Parameter offset: where rows of gradients begin in the flat result; nil for a result of rows.
    func store(
        _ value: String, at offset: String? = nil, rows count: String, _ names: Names,
        _ kernel: inout KernelBuilder
    ) -> String {
        let column = "head * \(names.size) + d"
        let stored =
            offset.map {
                result.stored(
                    row: "0",
                    column: "\($0) + (batch * \(count) + at) * \(names.features) + \(column)",
                    of: op.type.shape.elementCount, &kernel)
            }
            ?? result.stored(
                row: "batch * \(count) + at", column: column, of: features, &kernel)
        return forEachSum(
            """
            const I at = first + \(tile.row("(\(tile.ownRow("e")))"));
            const int d = \(tile.column("e"));
            if (at < \(count) && d < \(names.size)) {
            const float v = \(value);
            \(stored)
            }
            """)
    }
}
