import KalsaeSupport

/// How a table is read in parts.
struct CSVParts: Sendable {
    /// Bytes of a part: its text, cells and numbers stay in the cache of a core.
    var size = 1 << 18
    /// Threads that read them.
    var threads = Parallel.threadCount

    /// Parts a thread between two meetings, at which they are put in order.
    private static let partsPerRound = 8

    /// Reads what follows `first`; nil where the text is not as regular as it must be, or its
    /// columns need another pass.
    func read(_ reader: CSVPartReader, _ first: CSVPart) -> CSVAssembly? {
        let text = reader.text
        let start = first.range.upperBound
        var assembly = CSVAssembly(
            first, reader, bytes: text.count, lines: text.estimatedLineCount())
        guard assembly.append(first) else { return assembly.lateTexts.isEmpty ? nil : assembly }
        let count = max(1, (text.count - start) / size)
        let round = threads * Self.partsPerRound
        for low in stride(from: 0, to: count, by: round) {
            let numbers = low..<min(count, low + round)
            let ends = numbers.map { number in
                number + 1 == count ? text.count : text.lineStart(from: start + (number + 1) * size)
            }
            let begin = assembly.whole.range.upperBound
            let parts = parts(reader, ends, from: begin)
            for (end, part) in zip(ends, parts) {
                // A line break in quotes was taken for a row's end: the next part begins before it.
                let expected = assembly.whole.range.upperBound
                let isNext = part?.range.lowerBound == expected
                guard expected < end || end == text.count else { continue }
                guard let part = isNext ? part : reader.part(expected..<max(expected, end)) else {
                    return nil
                }
                guard assembly.append(part) else {
                    return assembly.lateTexts.isEmpty ? nil : assembly
                }
            }
            assembly.copyNumbers(threads: threads)
        }
        return assembly
    }

    private func parts(_ reader: CSVPartReader, _ ends: [Int], from begin: Int) -> [CSVPart?] {
        let ranges = ends.indices.map { (index: Int) -> Range<Int>? in
            let start = index == 0 ? begin : ends[index - 1]
            return start < ends[index] ? start..<ends[index] : nil
        }
        return Parallel.map(ranges, threads: threads) { $0.flatMap { reader.part($0) } }
    }
}
