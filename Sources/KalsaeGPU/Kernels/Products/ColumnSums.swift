import KalsaeGraph

/// Text that adds what the work items of a tile have of each column: each its own rows first, then as a tree of
/// neighbors, in the shared memory that the tile took.
struct ColumnSums {
    private let finish: TileFinish
    private let buffers: [String]

    init(_ targets: [KernelCall.Argument], _ finish: TileFinish, _ kernel: inout KernelBuilder) {
        self.finish = finish
        var buffers: [String] = []
        for target in targets { buffers.append(kernel.buffer("float", target)) }
        self.buffers = buffers
    }

    private static let group = KernelBuilder.usualGroup

    /// Bytes of shared memory of so many sums.
    static func byteCount(_ count: Int, _ finish: TileFinish) -> Int {
        count * finish.ownColumns * group * DType.float32.byteSize
    }

    /// Lines in front of what adds to them.
    var start: String {
        buffers.indices.map { number in
            let zeros = [String](repeating: "0", count: finish.ownColumns).joined(separator: ", ")
            return "float \(ProductResult.sum(number))[\(finish.ownColumns)] = {\(zeros)};"
        }.joined(separator: "\n")
    }

    /// Lines behind it.
    func end(columns: String, tiles: String, tile: String) -> String {
        guard !buffers.isEmpty else { return "" }
        let (own, step) = (finish.ownColumns, finish.columnStep)
        func place(_ number: Int) -> String {
            "columns[\(Self.group) * (\(number * own) + j) + LID]"
        }
        let keep = buffers.indices.map { "\(place($0)) = \(ProductResult.sum($0))[j];" }
        let tree = buffers.indices.map {
            "\(place($0)) += columns[\(Self.group) * (\($0 * own) + j) + LID + h * \(step)];"
        }
        let stores = buffers.enumerated().map {
            "\($1)[n * \(tiles) + \(tile)] = \(place($0));"
        }
        let each = "UNROLL\nfor (int j = 0; j < \(own); j++)"
        return """
            LOCAL float *columns = (LOCAL float *)tile;
            \(each) { \(keep.joined(separator: " ")) }
            BARRIER();
            for (int h = 1; h < \(finish.sharers); h *= 2) {
            if (LID / \(step) % (2 * h) == 0) {
            \(each) { \(tree.joined(separator: " ")) }
            }
            BARRIER();
            }
            if (LID / \(step) == 0) {
            \(each) {
            const I n = n0 + LID % \(step) + \(step) * j;
            if (n < \(columns)) { \(stores.joined(separator: " ")) }
            }
            }
            """
    }
}
