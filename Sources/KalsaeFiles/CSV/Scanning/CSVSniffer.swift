/// Guesses about a CSV file from its first rows.
public enum CSVSniffer {
    /// Rows looked at for the separator, and for the header.
    static let separatorSample = 20
    static let headerSample = 1_000

    /// The separator that gives every one of the first rows the same number of cells, the most of
    /// them; a comma when none does.
    static func separator(of bytes: [UInt8]) -> UInt8 {
        var best = UInt8(ascii: ",")
        var bestScore = 0
        for candidate in [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09] {
            let widths = widths(bytes, separator: candidate)
            guard let first = widths.first, first > 1 else { continue }
            // A ragged file still has a separator: it must be seen, to be told about the line.
            let score = widths.allSatisfy { $0 == first } ? 1 << 32 + first : first
            if score > bestScore {
                best = candidate
                bestScore = score
            }
        }
        return best
    }

    private static func widths(_ bytes: [UInt8], separator: UInt8) -> [Int] {
        var scanner = CSVScanner(separator: separator)
        var widths: [Int] = []
        bytes.withUnsafeBufferPointer { input in
            var content: [UInt8] = []
            var ends: [Int] = []
            while scanner.position < input.count, widths.count < separatorSample {
                content.removeAll(keepingCapacity: true)
                ends.removeAll(keepingCapacity: true)
                guard scanner.record(input, &content, &ends) else { return }
                if !scanner.isBlank { widths.append(ends.count) }
            }
        }
        return widths
    }

    /// Whether the first row names the columns.
    ///
    /// Each column whose cells below are all numbers votes: for a header when the first cell is
    /// text, against when it is a number; the majority wins, a tie is a header. Without such a
    /// column, the row is a header unless one of its cells comes again below it.
    static func hasHeader(_ records: CSVRecords) -> Bool {
        let sample = min(records.count, headerSample)
        var votesFor = 0
        var votesAgainst = 0
        var firstRepeats = false
        for column in 0..<records.columnCount {
            let first = records.cell(row: 0, column: column)
            var numbers = 0
            var texts = 0
            for row in 1..<max(1, sample) {
                switch records.cell(row: row, column: column) {
                case .number, .infinite: numbers += 1
                case .text: texts += 1
                case .missing: break
                }
            }
            switch first {
            case .number, .infinite: if texts == 0 { votesAgainst += 1 }
            case .text:
                if texts == 0 && numbers > 0 {
                    votesFor += 1
                } else if !firstRepeats {
                    let name = records.text(row: 0, column: column)
                    firstRepeats = (1..<max(1, sample)).contains {
                        records.text(row: $0, column: column) == name
                    }
                }
            case .missing: break
            }
        }
        if votesFor + votesAgainst > 0 { return votesFor >= votesAgainst && votesFor > 0 }
        return !firstRepeats
    }
}
