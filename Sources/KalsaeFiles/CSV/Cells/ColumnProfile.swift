/// What is counted while the cells of a column are read.
struct ColumnProfile {
    /// The numbers so far, NaN where there is none; given up when the column is text.
    var numbers: [Double] = []
    var isCollecting = true
    var cells = 0
    var numberCount = 0
    var fractionCount = 0
    var zeroLedCount = 0
    var textCount = 0
    var emptyCount = 0
    /// Cells with each word for nothing, and how many of them were quoted.
    var words: [Int32: (all: Int, quoted: Int)] = [:]
    var points = 0
    var commas = 0
    var eitherCommas = 0
    /// Cells that only a column with decimal commas may hold: `1.234.567`.
    var thousands: [UInt8: Int] = [:]
    var units: [UInt8: Int] = [:]
    /// Cells with another unit than the column's, which are text.
    var otherUnits = 0
    var unreadableRows: [Int] = []

    static let mostUnreadable = 10
    /// Rows after which a column that is mostly text is no longer collected.
    private static let patience = 1_000

    var needsOtherPass: Bool { commas > 0 || eitherCommas > 0 }

    mutating func add(_ reading: CellReader.Reading, isQuoted: Bool, row: Int) {
        let value = count(reading, isQuoted: isQuoted, row: row)
        if isCollecting { numbers.append(value) }
    }

    /// Counts a cell, and gives its number or NaN.
    mutating func count(_ reading: CellReader.Reading, isQuoted: Bool, row: Int) -> Double {
        cells += 1
        var value = Double.nan
        switch reading {
        case .number(let number):
            value = number.value
            numberCount += 1
            if abs(value) < 0x1p53, Double(Int(value)) != value { fractionCount += 1 }
            if number.evidence != .none || number.thousands != 0 || number.unit != 0 {
                addWriting(number)
            }
        case .zeroLed(let number):
            value = number
            numberCount += 1
            zeroLedCount += 1
        case .empty: emptyCount += 1
        case .word(let word):
            var counts = words[Int32(word)] ?? (0, 0)
            counts.all += 1
            if isQuoted { counts.quoted += 1 }
            words[Int32(word)] = counts
        case .text:
            textCount += 1
            if unreadableRows.count < Self.mostUnreadable { unreadableRows.append(row) }
            if isCollecting, textCount > Self.patience, textCount > numberCount {
                isCollecting = false
                numbers = []
            }
        }
        return value
    }

    private mutating func addWriting(_ number: WrittenNumber) {
        switch number.evidence {
        case .point: points += 1
        case .comma: commas += 1
        case .eitherComma: eitherCommas += 1
        case .none, .eitherPoint: break
        }
        if number.thousands != 0 { thousands[number.thousands, default: 0] += 1 }
        if number.unit != 0 { units[number.unit, default: 0] += 1 }
    }

    /// Whether whole numbers with a 0 in front make the column one of codes.
    var isCodes: Bool { zeroLedCount > 0 && fractionCount == 0 && points == 0 && commas == 0 }

    func kind(_ missing: MissingWords) -> CSVColumn.Kind {
        if numberCount > 0, !isCodes, textCount * 10 < numberCount { return .numbers }
        if numberCount + textCount > 0 { return .text }
        // Words alone: those that count everywhere are nothing unless quoted.
        let isText = words.contains { word, counts in
            missing.reach(of: Int(word)) == .amongNumbers
                || (counts.quoted > 0 && !missing.areGiven)
        }
        return isText ? .text : .nothing
    }

    /// The words that are missing cells in a column of this kind.
    func missingWords(_ missing: MissingWords, kind: CSVColumn.Kind) -> [String: Int] {
        var counted: [String: Int] = [:]
        for (word, counts) in words {
            let name = missing.words[Int(word)]
            if kind != .text || missing.areGiven {
                counted[name] = counts.all
            } else if missing.reach(of: Int(word)) == .everywhere, counts.all > counts.quoted {
                counted[name] = counts.all - counts.quoted
            }
        }
        return counted
    }

    /// Whether cells have different units.
    var hasSeveralUnits: Bool { units.count > 1 || otherUnits > 0 }

    /// The most frequent unit.
    var unit: UInt8 { units.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0 }
    /// The most frequent mark of thousands.
    var thousandsMark: UInt8 {
        thousands.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
    }
}
