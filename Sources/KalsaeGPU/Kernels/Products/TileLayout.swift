/// How a tile of an operand lies in shared memory: row by row, or transposed, `k` by `k`; what work items read at the
/// same time lies in different banks.
struct TileLayout {
    /// The C type of elements, and their bytes.
    let type: String, byteSize: Int
    /// Rows of A or columns of B, and how many `k`.
    let rows: Int, depth: Int
    /// Whether elements of a row lie side by side.
    var isByRow = false
    /// Elements between the end of a line and the next one.
    var gap = 0
    /// Whether the pieces of 16 bytes of a line of 64 change places from two lines to two lines, so that one piece
    /// of eight neighboring lines, and all pieces of two, fill the banks.
    var isSwizzled = false

    /// Elements from line to line.
    var stride: Int { (isByRow ? depth : rows) + gap }

    /// Bytes of the tile, a multiple of 16.
    var byteCount: Int { ((isByRow ? rows : depth) * stride * byteSize + 15) & ~15 }

    /// The index of an element as C text.
    func index(row: String, k: String) -> String {
        guard isSwizzled else {
            return isByRow ? "(\(row)) * \(stride) + \(k)" : "(\(k)) * \(stride) + \(row)"
        }
        let piece = 16 / byteSize
        return "(\(row)) * \(stride) + (((\(k)) / \(piece)) ^ ((\(row)) / 2 % 4)) * \(piece)"
            + " + (\(k)) % \(piece)"
    }
}
