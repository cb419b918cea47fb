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
    /// Lines that store `v` at row `m` and column `n` of product `stack`; they add to ``sums`` of columns.
    var store = ""
    /// Where the sums of columns over each tile's rows go: of each sum, column by column, the tiles.
    var sums: [KernelCall.Argument] = []

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

    /// Tiles of rows.
    var rowTiles: Int { Self.tiles(rows, tileRows) }

    /// Bytes of shared memory with so many sums of columns.
    func sharedBytes(columnSums: Int) -> Int {
        let tiles = 16 * (tileRows + 1 + tileColumns + 1) * dtype.byteSize
        return tiles + columnSums * ColumnSums.count * DType.float32.byteSize + 256
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
        let across = Self.tiles(columns, tileColumns), down = rowTiles
        let rowTiles = kernel.integer(down), columnTiles = kernel.integer(across)
        let columnSums = ColumnSums(
            sums, rowStep: tileRows / 4, columnStep: tileColumns / 4, &kernel)
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
                \(columnSums.start)
                for (int j = 0; j < 16; j++) {
                const I m = m0 + ty + \(rowStep) * (j / 4), n = n0 + tx + \(columnStep) * (j % 4);
                const \(type) v = sum[j];
                if (m < \(m) && n < \(n)) { \(store) }
                }
                \(columnSums.end(columns: n, tiles: rowTiles, tile: "m0 / \(tileRows)"))
                """,
            shared: columnSums.shared + [
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

/// Text that adds what the work items of a tile have of each column: four columns a work item, first its
/// four rows, then as a tree of neighbors.
private struct ColumnSums {
    private let rowStep: Int, columnStep: Int
    private let buffers: [String]

    init(
        _ targets: [KernelCall.Argument], rowStep: Int, columnStep: Int,
        _ kernel: inout KernelBuilder
    ) {
        (self.rowStep, self.columnStep) = (rowStep, columnStep)
        var buffers: [String] = []
        for target in targets { buffers.append(kernel.buffer("float", target)) }
        self.buffers = buffers
    }

    private static let group = KernelBuilder.usualGroup
    /// Numbers that a sum keeps in shared memory.
    static let count = 4 * group

    var shared: [KernelText.SharedArray] {
        buffers.indices.map { .init("float", "columns\($0)", Self.count) }
    }

    /// Lines in front of what adds to them.
    var start: String {
        buffers.indices.map { "float \(ProductResult.sum($0))[4] = {0, 0, 0, 0};" }.joined(
            separator: "\n")
    }

    /// Lines behind it.
    func end(columns: String, tiles: String, tile: String) -> String {
        guard !buffers.isEmpty else { return "" }
        let keep = buffers.indices.map {
            "columns\($0)[\(Self.group) * j + LID] = \(ProductResult.sum($0))[j];"
        }
        let tree = buffers.indices.map {
            "columns\($0)[\(Self.group) * j + LID] += columns\($0)[\(Self.group) * j + LID + h * \(columnStep)];"
        }
        let stores = buffers.enumerated().map {
            "\($1)[n * \(tiles) + \(tile)] = columns\($0)[\(Self.group) * j + LID];"
        }
        return """
            for (int j = 0; j < 4; j++) { \(keep.joined(separator: " ")) }
            BARRIER();
            for (int h = 1; h < \(rowStep); h *= 2) {
            if (ty % (2 * h) == 0) { for (int j = 0; j < 4; j++) { \(tree.joined(separator: " ")) } }
            BARRIER();
            }
            if (ty == 0) {
            for (int j = 0; j < 4; j++) {
            const I n = n0 + tx + \(columnStep) * j;
            if (n < \(columns)) { \(stores.joined(separator: " ")) }
            }
            }
            """
    }
}
