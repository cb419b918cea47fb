import KalsaeGraph

/// A product C[M x N] = A[M x K] B[K x N] by tiles of 4,096 results, wide or high as C is, with the
/// operands in shared memory and 4 x 4 sums a work item; where A, B and C are is text, so that
/// convolutions are products too.
struct TiledProduct {
    let dtype: DType
    /// Sizes, and how many products there are side by side.
    let rows: Int, columns: Int, inner: Int, stacks: Int
    /// Parts that K is cut into, whose sums are added in order by a second kernel.
    let parts: Int
    private let partSize: Int

    /// How A is read, at row `m` and `k`, and B, at column `n` and `k`.
    var left = TileLoader(), right = TileLoader()
    /// Lines that store `v` at row `m` and column `n` of product `stack`.
    var store = ""

    /// Rows and columns of a tile.
    private let tileRows: Int, tileColumns: Int

    private static let depth = TileLoader.depth
    private static let shapes = [(64, 64), (128, 32), (32, 128), (256, 16), (16, 256)]
    private static let enoughTiles = 128
    private static let shortestPart = 256

    init(_ dtype: DType, rows: Int, columns: Int, inner: Int, stacks: Int) {
        self.dtype = dtype
        (self.rows, self.columns, self.inner, self.stacks) = (rows, columns, inner, stacks)
        // The fewest results beside C; of equal ones the squarest.
        var best = (rows: 64, columns: 64, count: Int.max)
        for (height, width) in Self.shapes {
            let count = Self.tiles(rows, height) * Self.tiles(columns, width)
            if count < best.count { best = (height, width, count) }
        }
        (tileRows, tileColumns) = (best.rows, best.columns)
        let tiles = max(best.count * stacks, 1)
        let wanted = min(
            (inner + Self.shortestPart - 1) / Self.shortestPart,
            (2 * Self.enoughTiles + tiles - 1) / tiles)
        let cut = tiles >= Self.enoughTiles ? 1 : max(wanted, 1)
        let size = (inner + cut - 1) / cut
        partSize = max((size + Self.depth - 1) / Self.depth * Self.depth, Self.depth)
        parts = max((inner + partSize - 1) / partSize, 1)
    }

    private static func tiles(_ size: Int, _ tile: Int) -> Int { (size + tile - 1) / tile }

    /// Bytes of the workspace for the parts' sums.
    var workspaceBytes: Int {
        parts > 1 ? parts * stacks * rows * columns * dtype.byteSize : 0
    }

    /// The launches.
    ///
    /// - Parameters:
    ///   - kernel: a kernel with the parameters that the loaders use.
    ///   - storing: adds what storing needs to a kernel, and gives the lines that do it.
    func calls(
        _ kernel: KernelBuilder, _ context: KernelContext,
        storing: (inout KernelBuilder) -> String
    ) -> TaskCalls {
        var (product, kernel) = (self, kernel)
        guard parts > 1 else {
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
        let across = Self.tiles(columns, tileColumns), down = Self.tiles(rows, tileRows)
        let rowTiles = kernel.integer(down), columnTiles = kernel.integer(across)
        let partCount = kernel.integer(parts), partLength = kernel.integer(partSize)
        let (type, suffix) = (dtype.cType, dtype.suffix)
        let (rowStep, columnStep) = (tileRows / 4, tileColumns / 4)
        return kernel.call(
            groupCount: across * down * stacks * parts,
            body: """
                I rest = (I)GID;
                const I n0 = rest % \(columnTiles) * \(tileColumns); rest /= \(columnTiles);
                const I m0 = rest % \(rowTiles) * \(tileRows); rest /= \(rowTiles);
                const I part = rest % \(partCount), stack = rest / \(partCount);
                const int tx = LID % \(columnStep), ty = LID / \(columnStep);
                \(type) sum[16];
                for (int j = 0; j < 16; j++) sum[j] = 0;
                I last = (part + 1) * \(partLength);
                if (last > \(k)) last = \(k);
                \(left.setup("m", limit: m, tile: tileRows))
                \(right.setup("n", limit: n, tile: tileColumns))
                for (I k0 = part * \(partLength); k0 < last; k0 += 16) {
                \(left.fill("sa", "m", limit: m, tile: tileRows, type))
                \(right.fill("sb", "n", limit: n, tile: tileColumns, type))
                BARRIER();
                for (int kk = 0; kk < 16; kk++) {
                \(type) a[4], b[4];
                for (int j = 0; j < 4; j++) a[j] = sa[kk * \(tileRows + 1) + ty + \(rowStep) * j];
                for (int j = 0; j < 4; j++) b[j] = sb[kk * \(tileColumns + 1) + tx + \(columnStep) * j];
                for (int j = 0; j < 16; j++) sum[j] = fma_\(suffix)(a[j / 4], b[j % 4], sum[j]);
                }
                BARRIER();
                }
                for (int j = 0; j < 16; j++) {
                const I m = m0 + ty + \(rowStep) * (j / 4), n = n0 + tx + \(columnStep) * (j % 4);
                const \(type) v = sum[j];
                if (m < \(m) && n < \(n)) { \(store) }
                }
                """,
            shared: [
                .init(type, "sa", 16 * (tileRows + 1)),
                .init(type, "sb", 16 * (tileColumns + 1)),
            ])
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
