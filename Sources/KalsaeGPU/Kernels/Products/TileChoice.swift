import KalsaeGraph

/// The tile of a product, as a function of its sizes and of what the device has.
enum TileChoice {
    /// Tiles from which on a product fills a device.
    static let enoughTiles = 128

    /// Large tiles where these are enough and compute little beside the result: they read each operand less often.
    static func tile(
        _ dtype: DType, _ left: ProductOperand, _ right: ProductOperand, rows: Int, columns: Int,
        stacks: Int, _ context: KernelContext
    ) -> any ProductTile {
        let small =
            SpreadTile.shapes.min {
                covered($0, rows, columns) < covered($1, rows, columns)
            } ?? (64, 64)
        let format =
            left.dtype == right.dtype && dtype == .float32
            ? context.tensorCoreFormat(for: left.dtype) : nil
        // Single elements and the numbers of their rows would take too many registers.
        let readsPieces = left.width > 1 && right.width > 1
        func isWorth(_ shape: (Int, Int)) -> Bool {
            let results = covered(shape, rows, columns)
            return results / (shape.0 * shape.1) * stacks >= enoughTiles
                && results * 3 <= covered(small, rows, columns) * 4
        }
        if let format {
            let large = readsPieces ? TensorCoreTile.largeShapes.first(where: isWorth) : nil
            let shape = large ?? small
            return TensorCoreTile(format, rows: shape.0, columns: shape.1)
        }
        let isFloat = dtype == .float32 && left.dtype == dtype && right.dtype == dtype
        let blocked = BlockedTile()
        if isFloat, readsPieces, isWorth((blocked.rows, blocked.columns)),
            TiledProduct.tileBytes(blocked) <= context.sharedBytes
        {
            return blocked
        }
        return SpreadTile(dtype: dtype, rows: small.0, columns: small.1)
    }

    /// Results of all tiles of a shape, also those that lie beside the product's.
    private static func covered(_ shape: (Int, Int), _ rows: Int, _ columns: Int) -> Int {
        TiledProduct.tiles(rows, shape.0) * shape.0 * TiledProduct.tiles(columns, shape.1)
            * shape.1
    }
}
