import KalsaeGraph

/// A tile of results for tensor cores: each warp of 32 work items multiplies pieces of 16 x 8 results, whose
/// numbers lie with its lanes as `mma` of the PTX ISA says.
struct TensorCoreTile: ProductTile {
    let format: TensorCoreFormat
    let rows: Int, columns: Int
    let sumType = "float"
    /// Rows and columns of warps, and of the pieces of each.
    private let warpRows: Int, warpColumns: Int
    private let high: Int, wide: Int

    /// The largest first.
    static let largeShapes = [(128, 128), (128, 64), (64, 128)]
    private static let warps = KernelBuilder.usualGroup / 32

    init(_ format: TensorCoreFormat, rows: Int, columns: Int) {
        (self.format, self.rows, self.columns) = (format, rows, columns)
        // The squarest share of a warp, of at least 16 x 16.
        var best = (rows: 1, columns: Self.warps, gap: Int.max)
        for down in [1, 2, 4, 8] where rows / down >= 16 && columns * down / Self.warps >= 16 {
            let gap = abs(rows / down - columns * down / Self.warps)
            if gap < best.gap { best = (down, Self.warps / down, gap) }
        }
        (warpRows, warpColumns) = (best.rows, best.columns)
        (high, wide) = (rows / best.rows / 16, columns / best.columns / 8)
    }

    /// Elements of the 32 bytes that an instruction multiplies.
    private var step: Int { 32 / format.byteSize }
    var depth: Int { 2 * step }
    var sumCount: Int { high * wide * 4 }

    /// Rows of 64 bytes are swizzled. Transposed lines are 8 elements longer than a multiple of 16, so that eight
    /// lines of halves, or four of TF32, begin in different banks.
    func layout(rows: Int, isAlongK: Bool) -> TileLayout {
        TileLayout(
            type: format.cType, byteSize: format.byteSize, rows: rows, depth: depth,
            isByRow: isAlongK, gap: isAlongK ? 0 : 8, isSwizzled: isAlongK)
    }

    func converted(_ element: String, _ dtype: DType) -> String {
        format == .tf32 ? "tf32_of_f(\(element))" : element
    }

    func takesPieces(_ dtype: DType) -> Bool { dtype.byteSize == format.byteSize }

    var start: String {
        """
        const int lane = LID % 32;
        const int row0 = LID / 32 / \(warpColumns) * \(16 * high);
        const int column0 = LID / 32 % \(warpColumns) * \(8 * wide);
        """
    }

    func multiply(_ left: TileLayout, _ right: TileLayout) -> String {
        """
        UNROLL
        for (int kk = 0; kk < \(depth); kk += \(step)) {
        u32 a[\(4 * high)], b[\(2 * wide)];
        UNROLL
        for (int f = 0; f < \(high); f++) {
        \(leftPiece(left))
        }
        UNROLL
        for (int g = 0; g < \(wide); g += 2) {
        \(rightPieces(right))
        }
        UNROLL
        for (int f = 0; f < \(high); f++) {
        UNROLL
        for (int g = 0; g < \(wide); g++) \(format.function)(sum + (f * \(wide) + g) * 4, a + 4 * f, b + 2 * g);
        }
        }
        """
    }

    /// Lines that get a piece of 16 rows: the upper and lower 8 rows of the first 16 bytes, then of the others.
    private func leftPiece(_ tile: TileLayout) -> String {
        let first = "row0 + f * 16"
        if tile.isByRow {
            let index = tile.index(
                row: "\(first) + lane % 16", k: "kk + lane / 16 * \(step / 2)")
            return "load_matrices(a + 4 * f, sa + \(index));"
        }
        guard format == .tf32 else {
            let index = tile.index(
                row: "\(first) + lane / 8 % 2 * 8", k: "kk + lane / 16 * 8 + lane % 8")
            return "load_transposed_matrices(a + 4 * f, sa + \(index));"
        }
        return (0..<4).map { part in
            let index = tile.index(
                row: "\(first) + lane / 4 + \(part % 2 * 8)", k: "kk + lane % 4 + \(part / 2 * 4)")
            return "a[4 * f + \(part)] = sa[\(index)];"
        }.joined(separator: "\n")
    }

    /// Lines that get two pieces of 8 columns: of each the first 16 bytes, then the others.
    private func rightPieces(_ tile: TileLayout) -> String {
        let first = "column0 + g * 8"
        if tile.isByRow {
            let index = tile.index(
                row: "\(first) + lane / 16 * 8 + lane % 8", k: "kk + lane / 8 % 2 * \(step / 2)")
            return "load_matrices(b + 2 * g, sb + \(index));"
        }
        guard format == .tf32 else {
            let index = tile.index(row: "\(first) + lane / 16 * 8", k: "kk + lane % 16")
            return "load_transposed_matrices(b + 2 * g, sb + \(index));"
        }
        return (0..<4).map { part in
            let index = tile.index(
                row: "\(first) + lane / 4 + \(part / 2 * 8)", k: "kk + lane % 4 + \(part % 2 * 4)")
            return "b[2 * g + \(part)] = sb[\(index)];"
        }.joined(separator: "\n")
    }

    /// One row of pieces of each warp at a time.
    var finish: TileFinish {
        .staged(
            columns: columns, steps: high, rows: 16 * warpRows,
            keep: { stride in
                """
                UNROLL
                for (int j = 0; j < \(2 * high * wide); j++) {
                if (j / \(2 * wide) != step) continue;
                float2 x;
                x.x = sum[2 * j]; x.y = sum[2 * j + 1];
                const int row = row0 / \(high) + lane / 4 + j % 2 * 8;
                *(LOCAL float2 *)(stage + row * \(stride) + column0 + j / 2 % \(wide) * 8 + lane % 4 * 2) = x;
                }
                """
            }, row: "r / 16 * \(16 * high) + step * 16 + r % 16")
    }
}
