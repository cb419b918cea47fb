/// How a tile of an operand lies in shared memory: row by row, or turned, `k` by `k`, with a gap behind each line
/// so that what work items read at the same time lies in different banks.
struct TileLayout {
    /// The C type of elements, and their bytes.
    let type: String, byteSize: Int
    /// Rows of A or columns of B, and how many `k`.
    let rows: Int, depth: Int
    /// Whether elements of a row lie side by side.
    let isByRow: Bool
    /// Elements of the gap.
    let gap: Int

    /// Elements from line to line.
    var stride: Int { (isByRow ? depth : rows) + gap }

    /// Bytes of the tile, a multiple of 16.
    var byteCount: Int { ((isByRow ? rows : depth) * stride * byteSize + 15) & ~15 }

    /// The index of an element as C text.
    func index(row: String, k: String) -> String {
        isByRow ? "(\(row)) * \(stride) + \(k)" : "(\(k)) * \(stride) + \(row)"
    }
}
