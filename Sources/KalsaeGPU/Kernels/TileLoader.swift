/// How a work item reads its elements of a tile of an operand. What depends on the row (or column)
/// alone is computed once, what depends on `k` alone once for each tile, since both may take divisions.
struct TileLoader {
    static let depth = 16

    /// Whether neighbors in memory differ in `k`, so that neighboring work items do too.
    var isAlongK = true
    /// Names of numbers that depend on the row alone; lines set them, each with `set`.
    var rowNames: [String] = []
    var row = ""
    /// Lines that define what depends on `k` alone.
    var inner = ""
    /// Lines that set `v`; they read the row's numbers by `get`.
    var load = ""

    /// The text of a number of the row, in ``row`` and in ``load``.
    static func number(_ name: String) -> String { "\(name)AT" }

    /// Where a row's numbers are kept: an array where the rows of a work item differ.
    private func placed(_ text: String, _ index: String) -> String {
        rowNames.reduce(text) { text, name in
            text.replacing(Self.number(name), with: "\(name)\(isAlongK ? "[\(index)]" : "")")
        }
    }

    /// The row of a work item's element `j`.
    private func position(_ index: String, _ tile: Int) -> String {
        isAlongK ? "\(index)0 + LID / 16 + 16 * j" : "\(index)0 + LID % \(tile)"
    }

    /// Work items of a group, which read a tile together.
    private static let group = KernelBuilder.usualGroup

    /// Lines in front of the loop over K.
    ///
    /// - Parameters:
    ///   - index: the row's name, `m` or `n`.
    ///   - tile: the rows of a tile.
    func setup(_ index: String, limit: String, tile: Int) -> String {
        guard !rowNames.isEmpty else { return "" }
        let names = rowNames.map { "I \($0)\(isAlongK ? "[\(tile / 16)]" : "");" }.joined(
            separator: " ")
        let lines = """
            I \(index) = \(position(index, tile));
            if (\(index) >= \(limit)) \(index) = 0;
            \(placed(row, "j"))
            """
        return isAlongK
            ? "\(names)\nfor (int j = 0; j < \(tile / 16); j++) {\n\(lines)\n}"
            : "\(names)\n{\n\(lines)\n}"
    }

    /// Lines that fill a tile, one number further apart so that neighbors lie in other banks.
    func fill(
        _ shared: String, _ index: String, limit: String, tile: Int, _ type: String
    ) -> String {
        let depth = "LID / \(tile) + \(Self.group / tile) * j"
        let store =
            isAlongK
            ? "LID % 16 * \(tile + 1) + LID / 16 + 16 * j"
            : "(\(depth)) * \(tile + 1) + LID % \(tile)"
        let k = "const I k = k0 + \(isAlongK ? "LID % 16" : depth);"
        return """
            {
            \(isAlongK ? "\(k)\n\(inner)" : "")
            for (int j = 0; j < \(tile / 16); j++) {
            \(isAlongK ? "" : "\(k)\n\(inner)")
            const I \(index) = \(position(index, tile));
            \(type) v = 0;
            if (\(index) < \(limit) && k < last) { \(placed(load, "j")) }
            \(shared)[\(store)] = v;
            }
            }
            """
    }
}
