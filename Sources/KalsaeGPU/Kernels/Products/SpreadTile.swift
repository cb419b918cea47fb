import KalsaeGraph

/// A tile of 4,096 results of any type: 4 x 4 a work item, which lie apart, so that neighbors store side by side.
struct SpreadTile: ProductTile {
    let dtype: DType
    let rows: Int, columns: Int
    let depth = 16
    let sumCount = 16

    /// Wide or high as the result is.
    static let shapes = [(64, 64), (128, 32), (32, 128), (256, 16), (16, 256)]

    private var rowStep: Int { rows / 4 }
    private var columnStep: Int { columns / 4 }

    var sumType: String { dtype.cType }

    func layout(rows: Int, isAlongK: Bool) -> TileLayout {
        TileLayout(
            type: dtype.cType, byteSize: dtype.byteSize, rows: rows, depth: depth,
            gap: dtype == .float32 ? 4 : 1)
    }

    func converted(_ element: String, _ dtype: DType) -> String { dtype.number(element) }

    func takesPieces(_ dtype: DType) -> Bool { dtype == .float32 && self.dtype == .float32 }

    var start: String {
        "const int tx = LID % \(columnStep), ty = LID / \(columnStep);"
    }

    func multiply(_ left: TileLayout, _ right: TileLayout) -> String {
        """
        for (int kk = 0; kk < \(depth); kk++) {
        \(sumType) a[4], b[4];
        UNROLL
        for (int j = 0; j < 4; j++) a[j] = sa[kk * \(left.stride) + ty + \(rowStep) * j];
        UNROLL
        for (int j = 0; j < 4; j++) b[j] = sb[kk * \(right.stride) + tx + \(columnStep) * j];
        UNROLL
        for (int j = 0; j < 16; j++) sum[j] = fma_\(dtype.suffix)(a[j / 4], b[j % 4], sum[j]);
        }
        """
    }

    var finish: TileFinish {
        TileFinish(ownColumns: 4, columnStep: columnStep) { limits, store in
            """
            UNROLL
            for (int j = 0; j < 16; j++) {
            const int column = j % 4;
            const I m = m0 + ty + \(rowStep) * (j / 4), n = n0 + tx + \(columnStep) * column;
            const \(sumType) v = sum[j];
            if (m < \(limits.rows) && n < \(limits.columns)) { \(store) }
            }
            """
        }
    }
}
