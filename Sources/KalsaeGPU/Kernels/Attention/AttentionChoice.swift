import KalsaeGraph

/// The tile of attention, as a function of its sizes and of what the device has.
enum AttentionChoice {
    /// Fewer queries or keys would leave most of a tile empty.
    private static let fewestRows = 16
    /// More features of a head would not stay in registers.
    private static let mostFeatures = 128
    /// Groups from which on a device is filled.
    private static let enoughGroups = TileChoice.enoughTiles

    /// Nil where groups for single rows do better.
    static func tile(
        _ dtype: DType, size: Int, queries: Int, keys: Int, stacks: Int, _ context: KernelContext
    ) -> (any AttentionTile)? {
        guard min(queries, keys) >= fewestRows, 1...mostFeatures ~= size else { return nil }
        func fills(_ rows: Int) -> Bool {
            TiledProduct.tiles(queries, rows) * stacks >= enoughGroups
        }
        func fits(_ tile: any AttentionTile) -> Bool { tile.byteCount <= context.sharedBytes }
        if let format = context.tensorCoreFormat(for: dtype) {
            for warps in [4, 2, 1] where warps == 1 || fills(16 * warps) {
                let tiles = TensorCoreRowTile.widths.lazy.map {
                    TensorCoreRowTile(format, warps: warps, columns: $0, size: size)
                }
                if let tile = tiles.first(where: fits) { return tile }
            }
        }
        let shapes = PrivateRowTile.shapes.filter { fills($0.0) || $0.0 == 32 }
        return shapes.lazy.map { PrivateRowTile(rows: $0.0, columns: $0.1, size: size) }
            .first(where: fits)
    }
}
