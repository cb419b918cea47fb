import KalsaeGraph

/// A tile of 128 x 128 results in `float32`: 8 x 8 a work item, in blocks of 4 x 4, so that 16 bytes of shared
/// memory are read for 16 multiplications.
struct BlockedTile: ProductTile {
    let rows = 128, columns = 128, depth = 16
    let sumType = "float", sumCount = 64

    func layout(rows: Int, isAlongK: Bool) -> TileLayout {
        TileLayout(type: sumType, byteSize: 4, rows: rows, depth: depth, gap: 4)
    }

    func converted(_ element: String, _ dtype: DType) -> String { dtype.number(element) }

    func takesPieces(_ dtype: DType) -> Bool { dtype == .float32 }

    let start = "const int tx = LID % 16 * 4, ty = LID / 16 * 4;"

    func multiply(_ left: TileLayout, _ right: TileLayout) -> String {
        let reads = [("a", "sa", "ty", left), ("b", "sb", "tx", right)].map {
            name, shared, first, tile in
            """
            UNROLL
            for (int j = 0; j < 2; j++) {
            const float4 x = *(const LOCAL float4 *)(\(shared) + kk * \(tile.stride) + \(first) + 64 * j);
            \(name)[4 * j] = x.x; \(name)[4 * j + 1] = x.y; \(name)[4 * j + 2] = x.z; \(name)[4 * j + 3] = x.w;
            }
            """
        }
        // Unrolled further, a work item would take more than the 128 registers with which two groups share a
        // multiprocessor.
        return """
            UNROLL_TWICE
            for (int kk = 0; kk < \(depth); kk++) {
            float a[8], b[8];
            \(reads.joined(separator: "\n"))
            UNROLL
            for (int j = 0; j < 64; j++) sum[j] = fma_f32(a[j / 8], b[j % 8], sum[j]);
            }
            """
    }

    /// Two rows of each work item at a time.
    var finish: TileFinish {
        .staged(
            columns: columns, steps: 4, rows: 32,
            keep: { stride in
                """
                UNROLL
                for (int j = 0; j < 16; j++) {
                if (j / 4 != step) continue;
                const int row = j / 2, side = j % 2;
                float4 x;
                x.x = sum[row * 8 + side * 4]; x.y = sum[row * 8 + side * 4 + 1];
                x.z = sum[row * 8 + side * 4 + 2]; x.w = sum[row * 8 + side * 4 + 3];
                *(LOCAL float4 *)(stage + (LID / 16 * 2 + row % 2) * \(stride) + tx + 64 * side) = x;
                }
                """
            }, row: "step / 2 * 64 + r / 2 * 4 + step % 2 * 2 + r % 2")
    }
}
