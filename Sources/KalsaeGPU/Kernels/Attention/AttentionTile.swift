import KalsaeGraph

/// Rows of scores that a group of work items computes against tiles of other rows, and how these share the work:
/// each has numbers of ``ownRows`` rows, so that a row's softmax needs a few of them at most.
protocol AttentionTile {
    /// The group's rows, and the other rows that are in shared memory at a time.
    var rows: Int { get }
    var columns: Int { get }
    /// Other rows whose scores a work item computes at a time; divides ``columns``.
    var step: Int { get }
    /// Features of a head, filled up with zeros.
    var features: Int { get }
    var groupSize: Int { get }

    /// The C type of elements in shared memory, and their bytes.
    var type: String { get }
    var byteSize: Int { get }

    /// An element of memory as one of shared memory.
    func converted(_ element: String, _ dtype: DType) -> String

    /// Whether pieces of 16 bytes of a type can be taken as they are.
    func takesPieces(_ dtype: DType) -> Bool

    /// Rows of a work item, the tile's row of its row `r`, and whether it is the row's first work item.
    var ownRows: Int { get }
    func row(_ r: String) -> String
    var isFirst: String { get }

    /// Numbers that a work item has of so many columns of its rows; of number `e` its row and its column.
    func count(_ columns: Int) -> Int
    func ownRow(_ e: String) -> String
    func column(_ e: String) -> String

    /// Lines that add products of rows of `own` with rows `c0...` of `others` to `result`.
    func scores(_ result: String, _ own: String, _ others: String) -> String

    /// Lines that add rows `c0...` of `others` times `weights` to `result`.
    func sums(_ result: String, _ weights: String, _ others: String) -> String

    /// Lines that join `value` of the work items that share row `r`.
    func joined(_ value: String, by function: String) -> String
}

extension AttentionTile {
    /// Elements from row to row in shared memory: an odd number of 16 bytes, so that 16 bytes of eight neighboring
    /// rows lie in different banks.
    var stride: Int { features + 16 / byteSize }

    /// Bytes of shared memory of so many rows.
    func byteCount(rows: Int) -> Int { rows * stride * byteSize }

    /// Bytes of two tiles of own rows and two of others, with three numbers of each other row.
    var byteCount: Int { 2 * byteCount(rows: rows) + 2 * byteCount(rows: columns) + 12 * columns }
}
