import Synchronization

/// What the parts of a table make together, in their order.
struct CSVAssembly {
    private(set) var pages: [CSVPages.Page] = []
    private(set) var rowCount = 0
    private(set) var whole = CSVPart(range: 0..<0)
    private let numbers: [NumberColumn]
    /// Parts whose numbers are still to be copied.
    private var waiting: [[ArraySlice<Double>]] = []
    /// Columns that hold text after all: they must be kept from the beginning.
    private(set) var lateTexts: [Int] = []
    private let kept: Set<Int>
    private let isDecimalGiven: Bool

    /// - Parameters:
    ///   - bytes: how long the text is.
    ///   - lines: about how many lines it has.
    init(_ first: CSVPart, _ reader: CSVPartReader, bytes: Int, lines: Int) {
        numbers = first.profiles.map { _ in NumberColumn(reserving: lines) }
        kept = Set(reader.kept)
        isDecimalGiven = reader.source.options.decimal != nil
        whole.profiles = [ColumnProfile](
            repeating: ColumnProfile(), count: first.profiles.count)
        whole.unreadable = [[CSVColumn.Unreadable]](repeating: [], count: first.profiles.count)
        let ratio = Double(bytes) / Double(max(1, first.range.count)) * 1.02
        whole.texts = first.texts.emptied(reserving: ratio)
    }

    /// Adds the rows that follow; false where they need another reading of the whole.
    mutating func append(_ part: CSVPart) -> Bool {
        let line = whole.lineCount + 1
        if part.rowCount > 0 {
            pages.append(
                CSVPages.Page(
                    range: part.range, row: rowCount, line: line, rowCount: part.rowCount))
        }
        for column in part.profiles.indices {
            whole.profiles[column].append(part.profiles[column], fromRow: rowCount)
            let free = ColumnProfile.mostUnreadable - whole.unreadable[column].count
            for cell in part.unreadable[column].prefix(free) {
                whole.unreadable[column].append(
                    CSVColumn.Unreadable(
                        row: cell.row + rowCount, line: cell.line + line - 1, text: cell.text))
            }
        }
        waiting.append(part.numbers)
        if let footer = part.footer { whole.footer = (footer.line + line - 1, footer.text) }
        whole.texts.append(part.texts, linesBefore: line - 1)
        whole.blankCount += part.blankCount
        whole.commentCount += part.commentCount
        whole.longRowCount += part.longRowCount
        whole.repeatedHeaderCount += part.repeatedHeaderCount
        whole.lineCount += part.lineCount
        whole.range = 0..<part.range.upperBound
        rowCount += part.rowCount
        lateTexts = whole.profiles.indices.filter { column in
            !kept.contains(column) && !whole.profiles[column].isNumbersAlone
        }
        return lateTexts.isEmpty
            && !whole.profiles.contains { profile in
                (profile.needsOtherPass && !isDecimalGiven) || profile.units.count > 1
            }
    }

    /// Copies the numbers of the parts that were added, each column by one thread.
    mutating func copyNumbers(threads: Int) {
        let (parts, numbers, profiles) = (waiting, numbers, whole.profiles)
        waiting = []
        Parallel.forEach(numbers.indices, threads: threads) { column in
            if profiles[column].isCollecting {
                numbers[column].append(parts.map { $0[column] })
            } else {
                numbers[column].clear()
            }
        }
    }

    /// The numbers of a column, once; none where it is mostly text.
    mutating func takeNumbers(of column: Int) -> [Double] { numbers[column].take() }
}

/// The numbers of a column while they are put together.
private final class NumberColumn: Sendable {
    private let numbers: Mutex<[Double]>

    init(reserving count: Int) {
        var empty: [Double] = []
        empty.reserveCapacity(count)
        numbers = Mutex(empty)
    }

    func append(_ slices: [ArraySlice<Double>]) {
        numbers.withLock { numbers in
            for slice in slices { numbers.append(contentsOf: slice) }
        }
    }

    func clear() { numbers.withLock { $0 = [] } }

    func take() -> [Double] {
        numbers.withLock { numbers in
            defer { numbers = [] }
            return numbers
        }
    }
}

extension ColumnProfile {
    /// Whether every cell that is not missing is a number, and none has a 0 in front.
    var isNumbersAlone: Bool { textCount == 0 && zeroLedCount == 0 && numberCount > 0 }

    /// Counts the cells of further rows, which begin at `row`.
    mutating func append(_ other: ColumnProfile, fromRow row: Int) {
        cells += other.cells
        numberCount += other.numberCount
        fractionCount += other.fractionCount
        zeroLedCount += other.zeroLedCount
        textCount += other.textCount
        emptyCount += other.emptyCount
        points += other.points
        commas += other.commas
        eitherCommas += other.eitherCommas
        otherUnits += other.otherUnits
        for (word, counts) in other.words {
            let own = words[word] ?? (0, 0)
            words[word] = (own.all + counts.all, own.quoted + counts.quoted)
        }
        thousands.merge(other.thousands, uniquingKeysWith: +)
        units.merge(other.units, uniquingKeysWith: +)
        let free = Self.mostUnreadable - unreadableRows.count
        unreadableRows += other.unreadableRows.prefix(free).map { $0 + row }
        isCollecting = isCollecting && other.isCollecting
    }
}
