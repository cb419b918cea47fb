import KalsaeGraph

/// How a work item reads its elements of a tile of an operand. What depends on the row (or column)
/// alone is computed once, what depends on `k` alone once for each tile, since both may take divisions.
struct TileLoader {
    /// The operand's name, and its type in memory.
    var buffer = "", dtype = DType.float32
    /// Whether neighbors in memory differ in `k`, so that neighboring work items do too.
    var isAlongK = true
    /// Elements that a work item reads at a time: 1, or those of 16 bytes.
    var width = 1
    /// Names of numbers that depend on the row alone, and lines that set each of them by its ``number(_:)``.
    var rowNames: [String] = []
    var row = ""
    /// Lines that define what depends on `k` alone.
    var inner = ""
    /// Lines that set the index `at` of an element in the operand, and `inside` to 0 where it has none there, which
    /// counts as 0; they read the row's numbers by their ``number(_:)``.
    var locate = ""

    /// The text of a number of the row, in ``row`` and in ``locate``.
    static func number(_ name: String) -> String { "\(name)AT" }

    /// Work items of a group, which read a tile together.
    private static let group = KernelBuilder.usualGroup

    /// Pieces that lie side by side in a tile, pieces in all, and those of a work item.
    private func shares(_ tile: TileLayout) -> (line: Int, all: Int, own: Int) {
        let all = tile.rows * tile.depth / width
        return ((isAlongK ? tile.depth : tile.rows) / width, all, max(all / Self.group, 1))
    }

    /// Where a row's numbers are kept: an array where the rows of a work item differ.
    private func placed(_ text: String) -> String {
        rowNames.reduce(text) { text, name in
            text.replacing(Self.number(name), with: "\(name)\(isAlongK ? "[j]" : "")")
        }
    }

    /// The row and the `k` of a work item's piece `j`, within the tile.
    private func position(_ tile: TileLayout) -> (row: String, k: String) {
        let line = shares(tile).line
        let (across, down) = (
            "LID % \(line) * \(width)", "LID / \(line) + \(Self.group / line) * j"
        )
        return isAlongK ? (down, across) : (across, down)
    }

    /// Lines in front of the loop over K.
    ///
    /// - Parameters:
    ///   - index: the row's name, `m` or `n`.
    ///   - pieces: the name of what holds a work item's pieces between ``fetch(_:_:limit:_:)`` and
    ///     ``keep(_:in:_:)``.
    func setup(_ index: String, limit: String, _ pieces: String, _ tile: TileLayout) -> String {
        let own = shares(tile).own
        let declared = "\(width > 1 ? "uint4" : dtype.cType) \(pieces)[\(own)];"
        guard !rowNames.isEmpty else { return declared }
        let names = rowNames.map { "I \($0)\(isAlongK ? "[\(own)]" : "");" }.joined(
            separator: " ")
        return """
            \(declared)
            \(names)
            \(isAlongK ? "UNROLL\nfor (int j = 0; j < \(own); j++) {" : "{")
            I \(index) = \(index)0 + \(position(tile).row);
            if (\(index) >= \(limit)) \(index) = 0;
            \(placed(row))
            }
            """
    }

    /// Lines that read the pieces of the tile that begins at `next`.
    func fetch(_ index: String, _ pieces: String, limit: String, _ tile: TileLayout) -> String {
        let (_, all, own) = shares(tile)
        let (row, inTile) = position(tile)
        let k = "const I k = next + \(inTile);\n\(inner)"
        let guarded = all < Self.group ? "LID < \(all) && " : ""
        let zero = width > 1 ? "v.x = v.y = v.z = v.w = 0;" : "v = 0;"
        let load =
            width > 1 ? "*(const GLOBAL uint4 *)(\(buffer) + at)" : "\(buffer)[at]"
        return """
            {
            \(isAlongK ? k : "")
            UNROLL
            for (int j = 0; j < \(own); j++) {
            \(isAlongK ? "" : k)
            const I \(index) = \(index)0 + \(row);
            \(width > 1 ? "uint4" : dtype.cType) v;
            \(zero)
            if (\(guarded)\(index) < \(limit) && k < last) {
            int inside = 1;
            I at;
            \(placed(locate))
            if (inside) v = \(load);
            }
            \(pieces)[j] = v;
            }
            }
            """
    }

    /// Lines that put the pieces into shared memory.
    ///
    /// - Parameter convert: an element of memory as one of the tile.
    func keep(
        _ pieces: String, in shared: String, _ tile: TileLayout, _ convert: (String) -> String
    ) -> String {
        let (_, all, own) = shares(tile)
        let (row, k) = position(tile)
        let isGuarded = all < Self.group
        return """
            UNROLL
            for (int j = 0; j < \(own); j++) {
            \(isGuarded ? "if (LID < \(all)) {" : "")
            \(stores(pieces, shared, tile, row, k, convert))
            \(isGuarded ? "}" : "")
            }
            """
    }

    private func stores(
        _ pieces: String, _ shared: String, _ tile: TileLayout, _ row: String, _ k: String,
        _ convert: (String) -> String
    ) -> String {
        guard width > 1 else {
            return "\(shared)[\(tile.index(row: row, k: k))] = \(convert("\(pieces)[j]"));"
        }
        let parts = ["x", "y", "z", "w"]
        if isAlongK == tile.isByRow {
            let changed =
                dtype == .float32 && tile.type == "u32"
                ? parts.map { "v.\($0) = \(convert("BITS_F(v.\($0))"));" }.joined(separator: " ")
                : ""
            return """
                uint4 v = \(pieces)[j];
                \(changed)
                *(LOCAL uint4 *)(\(shared) + \(tile.index(row: row, k: k))) = v;
                """
        }
        return parts.enumerated().map { number, part in
            let index = tile.index(
                row: isAlongK ? row : "\(row) + \(number)",
                k: isAlongK ? "\(k) + \(number)" : k)
            return "\(shared)[\(index)] = BITS_F(\(pieces)[j].\(part));"
        }.joined(separator: "\n")
    }
}
