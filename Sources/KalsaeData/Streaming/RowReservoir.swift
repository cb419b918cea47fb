/// Rows of a file drawn at random, each with the same chance, as many as fit into some bytes; and rows
/// that are kept in any case.
struct RowReservoir {
    /// A row's text.
    struct Row {
        /// Its number in the file, from 0.
        var number: Int
        /// Its line there.
        var line: Int
        fileprivate var priority: UInt64
        fileprivate var text: Range<Int>
    }

    /// The rows; in the file's order after ``finish()``.
    private(set) var rows: [Row] = []
    /// Their texts, one behind the other in the order of ``rows``.
    private(set) var text: [UInt8] = []
    private let mostBytes: Int
    private let hash: RowHash
    /// Rows of a priority above it never fit.
    private var threshold = UInt64.max

    init(bytes: Int, seed: UInt64) {
        mostBytes = bytes
        hash = RowHash(.sample, seed: seed)
    }

    /// Whether a row may be one of those that are kept.
    func takes(_ number: Int) -> Bool { hash(UInt64(number)) <= threshold }

    /// Adds rows with their text, which ends where told.
    mutating func add(
        _ numbers: [Int], lines: [Int], kept: Set<Int>, text more: [UInt8], ends: [Int]
    ) {
        var before = 0
        for (index, number) in numbers.enumerated() {
            let own = before..<ends[index]
            before = ends[index]
            let priority = kept.contains(number) ? 0 : hash(UInt64(number))
            // Whoever asked `takes` may not have known of the last cut.
            guard priority <= threshold else { continue }
            let start = text.count
            text += more[own]
            rows.append(
                Row(
                    number: number, line: lines[index], priority: priority,
                    text: start..<text.count))
        }
        if text.count > mostBytes * 2 { cut() }
    }

    /// Leaves out what does not fit.
    mutating func finish() { if text.count > mostBytes { cut() } }

    private mutating func cut() {
        rows.sort { ($0.priority, $0.number) < ($1.priority, $1.number) }
        var (bytes, count) = (0, 0)
        while count < rows.count,
            rows[count].priority == 0 || bytes + rows[count].text.count <= mostBytes
        {
            bytes += rows[count].text.count
            count += 1
        }
        // A row before the first that does not fit may still come, and be short enough.
        if count < rows.count { threshold = rows[count].priority - 1 }
        rows.removeLast(rows.count - count)
        rows.sort { $0.number < $1.number }
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes)
        for index in rows.indices {
            let start = kept.count
            kept += text[rows[index].text]
            rows[index].text = start..<kept.count
        }
        text = kept
    }
}
