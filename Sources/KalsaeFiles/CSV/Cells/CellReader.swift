/// Reads cells by the rules of a file and of a column.
struct CellReader: Sendable {
    /// What a cell is on its own.
    enum Reading {
        case empty
        /// A word for nothing, by position.
        case word(Int)
        case number(WrittenNumber)
        /// A whole number that begins with 0, and its value.
        case zeroLed(Double)
        case text
    }

    let words: MissingWords

    /// What the cell is when `preferred` is the decimal mark.
    func read(
        _ cell: UnsafeBufferPointer<UInt8>, preferring preferred: DecimalMark
    ) -> Reading {
        if cell.isEmpty { return .empty }
        if words.areGiven, let word = words.find(cell) { return .word(word) }
        // A lone mark of thousands reads as a decimal point too.
        if preferred == .point || !cell.contains(0x2e), let value = NumberText.parse(cell) {
            if cell[0] == 0x30, cell.count > 1, cell.allSatisfy({ $0 &- 0x30 < 10 }) {
                return .zeroLed(value)
            }
            return .number(WrittenNumber(value: value, evidence: .none, thousands: 0, unit: 0))
        }
        if !words.areGiven, let word = words.find(cell) { return .word(word) }
        if let number = WrittenNumber.parse(cell, preferring: preferred) { return .number(number) }
        if Blank.trimmed(cell).isEmpty { return .empty }
        if let value = Self.infinity(cell) {
            return .number(WrittenNumber(value: value, evidence: .none, thousands: 0, unit: 0))
        }
        return .text
    }

    /// `inf` or `infinity` with or without a sign.
    private static func infinity(_ cell: UnsafeBufferPointer<UInt8>) -> Double? {
        guard (3...9).contains(cell.count) else { return nil }
        var position = 0
        let isNegative = cell[0] == 0x2d
        if isNegative || cell[0] == 0x2b { position = 1 }
        guard position < cell.count, cell[position] | 0x20 == 0x69 else { return nil }
        let word = String(decoding: cell[position...], as: UTF8.self).lowercased()
        guard word == "inf" || word == "infinity" else { return nil }
        return isNegative ? -.infinity : .infinity
    }
}

/// What a cell with a decimal point that was read as it stands tells about the decimal mark.
extension WrittenNumber {
    static func pointEvidence(_ cell: UnsafeBufferPointer<UInt8>) -> Evidence {
        guard let point = cell.firstIndex(of: 0x2e) else { return .none }
        let start = cell[0] == 0x2d || cell[0] == 0x2b ? 1 : 0
        let isEither =
            (1...3).contains(point - start) && cell.count - point == 4 && cell[start] != 0x30
            && cell[(point + 1)...].allSatisfy { $0 &- 0x30 < 10 }
        return isEither ? .eitherPoint : .point
    }
}
