import KalsaeGraph

/// A tile of results that a group of work items computes, and how these share the work.
protocol ProductTile {
    /// Rows and columns of results, and how many `k` are in shared memory at a time.
    var rows: Int { get }
    var columns: Int { get }
    var depth: Int { get }

    /// The C type of sums, and those of a work item.
    var sumType: String { get }
    var sumCount: Int { get }

    /// How a tile of an operand of so many rows lies in shared memory.
    ///
    /// - Parameter isAlongK: whether neighbors in its memory differ in `k`.
    func layout(rows: Int, isAlongK: Bool) -> TileLayout

    /// An element of memory as one of shared memory.
    func converted(_ element: String, _ dtype: DType) -> String

    /// Whether pieces of 16 bytes of a type can be taken as they are.
    func takesPieces(_ dtype: DType) -> Bool

    /// Lines that define a work item's place.
    var start: String { get }

    /// Lines that add the products of the tiles `sa` and `sb` to `sum`.
    func multiply(_ left: TileLayout, _ right: TileLayout) -> String

    /// What becomes of the sums.
    var finish: TileFinish { get }
}

/// How the work items of a tile work on its results.
struct TileFinish {
    /// Columns of a work item, and how far apart; work items that share a column, as neighbors.
    let ownColumns: Int, columnStep: Int
    var sharers: Int { KernelBuilder.usualGroup / columnStep }
    /// Bytes of shared memory beside those of sums of columns.
    var byteCount = 0
    /// Lines that do something with `v` at row `m` and column `n`, the work item's `column`.
    ///
    /// - Parameters:
    ///   - limits: the names of the result's rows and columns.
    ///   - store: what is done.
    let lines: (_ limits: (rows: String, columns: String), _ store: String) -> String

    /// Each work item has results of its own, read from shared memory in the order of memory: they are brought
    /// there a few rows at a time.
    ///
    /// - Parameters:
    ///   - steps: how many times.
    ///   - rows: rows each time.
    ///   - keep: lines that put a work item's sums of time `step` to `stage`, lines of `stride` numbers.
    ///   - row: the row in the tile of row `r` of a step.
    static func staged(
        columns: Int, steps: Int, rows: Int, keep: (_ stride: Int) -> String, row: String
    ) -> TileFinish {
        // Results of a warp lie 8 banks further from row to row.
        let stride = columns + 8
        let kept = keep(stride)
        let apart = KernelBuilder.usualGroup / columns
        return TileFinish(
            ownColumns: 1, columnStep: columns, byteCount: stride * rows * DType.float32.byteSize
        ) { limits, store in
            """
            LOCAL float *stage = (LOCAL float *)tile;
            for (int step = 0; step < \(steps); step++) {
            \(kept)
            BARRIER();
            for (int r = LID / \(columns); r < \(rows); r += \(apart)) {
            const int column = 0;
            const I m = m0 + \(row), n = n0 + LID % \(columns);
            if (m < \(limits.rows) && n < \(limits.columns)) {
            const float v = stage[r * \(stride) + LID % \(columns)];
            \(store)
            }
            }
            BARRIER();
            }
            """
        }
    }
}
