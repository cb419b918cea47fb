import KalsaeGraph

/// A product C[M x N] = A[M x K] B[K x N] by tiles, with the operands in shared memory; where A, B and C are is
/// text, so that convolutions are products too.
struct TiledProduct {
    let dtype: DType
    /// Sizes, and how many products there are side by side.
    let rows: Int, columns: Int, inner: Int, stacks: Int
    /// Parts that K is cut into, whose sums are added in order by a second kernel.
    let parts: Int
    private let partSize: Int

    /// How A is read, at row `m` and `k`, and B, at column `n` and `k`.
    var left = TileLoader(), right = TileLoader()
    /// Lines that store `v` at row `m` and column `n` of product `stack`; they add to ``sums`` of columns.
    var store = ""
    /// Where the sums of columns over each tile's rows go: of each sum, column by column, the tiles.
    var sums: [KernelCall.Argument] = []

    private let tile: any ProductTile
    /// Tiles of an operand that shared memory holds: two where there is room, of which one is filled while the
    /// other is multiplied.
    private let buffers: Int

    private static let shortestPart = 256

    init(
        _ dtype: DType, _ left: ProductOperand, _ right: ProductOperand, rows: Int, columns: Int,
        inner: Int, stacks: Int, _ context: KernelContext
    ) {
        self.dtype = dtype
        (self.rows, self.columns, self.inner, self.stacks) = (rows, columns, inner, stacks)
        tile = TileChoice.tile(
            dtype, left, right, rows: rows, columns: columns, stacks: stacks, context)
        self.left.width = tile.takesPieces(left.dtype) ? left.width : 1
        self.right.width = tile.takesPieces(right.dtype) ? right.width : 1
        buffers = 2 * Self.tileBytes(tile) <= context.sharedBytes ? 2 : 1
        let count = Self.tiles(rows, tile.rows) * Self.tiles(columns, tile.columns)
        let tiles = max(count * stacks, 1)
        let wanted = min(
            (inner + Self.shortestPart - 1) / Self.shortestPart,
            (2 * TileChoice.enoughTiles + tiles - 1) / tiles)
        let cut = tiles >= TileChoice.enoughTiles ? 1 : max(wanted, 1)
        let size = (inner + cut - 1) / cut
        partSize = max((size + tile.depth - 1) / tile.depth * tile.depth, tile.depth)
        parts = max((inner + partSize - 1) / partSize, 1)
    }

    static func tiles(_ size: Int, _ tile: Int) -> Int { (size + tile - 1) / tile }

    /// Bytes of shared memory that the tiles of both operands take at most.
    static func tileBytes(_ tile: any ProductTile) -> Int {
        [tile.rows, tile.columns].reduce(0) { bytes, rows in
            bytes
                + max(
                    tile.layout(rows: rows, isAlongK: true).byteCount,
                    tile.layout(rows: rows, isAlongK: false).byteCount)
        }
    }

    /// Tiles of rows.
    var rowTiles: Int { Self.tiles(rows, tile.rows) }

    /// Bytes of shared memory with so many sums of columns.
    func sharedBytes(columnSums: Int) -> Int {
        let finish = tile.finish
        return max(
            buffers * Self.tileBytes(tile), finish.byteCount,
            ColumnSums.byteCount(columnSums, finish))
    }

    /// Bytes of the workspace for the parts' sums.
    var workspaceBytes: Int {
        parts > 1 ? parts * stacks * rows * columns * dtype.byteSize : 0
    }

    /// The launches.
    ///
    /// - Parameters:
    ///   - kernel: a kernel with the parameters that the loaders use.
    ///   - result: what becomes of the results.
    ///   - storing: adds what storing needs to a kernel, and gives the lines that do it.
    func calls(
        _ kernel: KernelBuilder, _ context: KernelContext, _ result: ProductResult,
        storing: (inout KernelBuilder) -> String
    ) -> TaskCalls {
        var (product, kernel) = (self, kernel)
        guard parts > 1 else {
            product.sums = result.partials
            product.store = storing(&kernel)
            return TaskCalls([product.call(&kernel)])
        }
        let partial = kernel.buffer(dtype.cType, .workspace(byteOffset: 0))
        let (m, n) = (kernel.integer(rows), kernel.integer(columns))
        let count = kernel.integer(stacks)
        product.store = "\(partial)[((part * \(count) + stack) * \(m) + m) * \(n) + n] = v;"
        return TaskCalls(
            [product.call(&kernel), joining(context, storing: storing)],
            workspaceBytes: workspaceBytes)
    }

    private func call(_ kernel: inout KernelBuilder) -> KernelCall {
        let m = kernel.integer(rows), n = kernel.integer(columns), k = kernel.integer(inner)
        let across = Self.tiles(columns, tile.columns), down = rowTiles
        let rowTiles = kernel.integer(down), columnTiles = kernel.integer(across)
        let finish = tile.finish
        let columnSums = ColumnSums(sums, finish, &kernel)
        let partCount = kernel.integer(parts), partLength = kernel.integer(partSize)
        return kernel.call(
            groupCount: across * down * stacks * parts,
            body: """
                I rest = (I)GID;
                const I n0 = rest % \(columnTiles) * \(tile.columns); rest /= \(columnTiles);
                const I m0 = rest % \(rowTiles) * \(tile.rows); rest /= \(rowTiles);
                const I part = rest % \(partCount), stack = rest / \(partCount);
                \(tile.start)
                \(tile.sumType) sum[\(tile.sumCount)];
                UNROLL
                for (int j = 0; j < \(tile.sumCount); j++) sum[j] = 0;
                const I first = part * \(partLength);
                I last = first + \(partLength);
                if (last > \(k)) last = \(k);
                \(steps(m, n))
                \(columnSums.start)
                \(finish.lines((m, n), store))
                \(columnSums.end(columns: n, tiles: rowTiles, tile: "m0 / \(tile.rows)"))
                """,
            shared: [.init("u32", "tile", sharedBytes(columnSums: sums.count) / 4)],
            isPaired: tile.sumCount >= 64)
    }

    /// Lines that add up the products of all `k`: while tiles are multiplied, the next ones are on their way.
    private func steps(_ m: String, _ n: String) -> String {
        let a = tile.layout(rows: tile.rows, isAlongK: left.isAlongK)
        let b = tile.layout(rows: tile.columns, isAlongK: right.isAlongK)
        let words = (a.byteCount + b.byteCount) / 4
        let pointers = """
            LOCAL \(a.type) *sa = (LOCAL \(a.type) *)(tile + at);
            LOCAL \(b.type) *sb = (LOCAL \(b.type) *)(tile + at + \(a.byteCount / 4));
            """
        return """
            \(left.setup("m", limit: m, "nextA", a))
            \(right.setup("n", limit: n, "nextB", b))
            int at = 0;
            for (I k0 = first - \(tile.depth); k0 < last; k0 += \(tile.depth)) {
            const I next = k0 + \(tile.depth);
            if (next < last) {
            \(left.fetch("m", "nextA", limit: m, a))
            \(right.fetch("n", "nextB", limit: n, b))
            }
            if (k0 >= first) {
            \(pointers)
            \(tile.multiply(a, b))
            }
            \(buffers == 2 ? "at = \(words) - at;" : "BARRIER();")
            if (next < last) {
            \(pointers)
            \(left.keep("nextA", in: "sa", a) { tile.converted($0, left.dtype) })
            \(right.keep("nextB", in: "sb", b) { tile.converted($0, right.dtype) })
            }
            BARRIER();
            }
            """
    }

    /// Adds the sums of the parts in order, and stores them.
    private func joining(
        _ context: KernelContext, storing: (inout KernelBuilder) -> String
    ) -> KernelCall {
        let count = stacks * rows * columns
        var kernel = KernelBuilder(extent: parts * count, isGuarded: context.isGuarded)
        let store = storing(&kernel)
        let size = kernel.integer(count), partCount = kernel.integer(parts)
        let m = kernel.integer(rows), n = kernel.integer(columns)
        let from = kernel.buffer("const \(dtype.cType)", .workspace(byteOffset: 0))
        let (type, suffix) = (dtype.cType, dtype.suffix)
        return kernel.call(
            groupCount: context.groups(for: count),
            body: kernel.grid(
                size,
                """
                \(type) v = \(from)[i];
                for (I part = 1; part < \(partCount); part++) {
                v = add_\(suffix)(v, \(from)[part * \(size) + i]);
                }
                const I n = i % \(n), m = i / \(n) % \(m), stack = i / \(n) / \(m);
                \(store)
                """))
    }
}
