import Glibc
import KalsaeFiles
import KalsaeSupport

/// What the features of one column share while a table is encoded.
struct ColumnCache {
    private var columns: [Int: Table.Texts] = [:]
    private var dates: [Int: [DateStamp?]] = [:]

    mutating func texts(_ table: Table, _ column: Int) -> Table.Texts {
        if let texts = columns[column] { return texts }
        let texts = table.texts(of: column)
        columns[column] = texts
        return texts
    }

    mutating func stamps(_ table: Table, _ column: Int, _ order: DateOrder) -> [DateStamp?] {
        if let stamps = dates[column] { return stamps }
        let stamps = texts(table, column).names.map { DateText.parse($0, order) }
        dates[column] = stamps
        return stamps
    }
}

extension FeatureEncoder {
    /// Writes the inputs of `rows` into `output`, whose rows are `stride` long, at `offset`.
    func encode(
        _ table: Table, column: Int, rows: [Int], cache: inout ColumnCache,
        into output: inout [Float], offset: Int, stride: Int
    ) throws(KalsaeError) {
        let words = Set(missingWords)
        /// Fills an input from what each text of the column says; nil leaves the row at 0.
        func fill(_ texts: Table.Texts, _ values: [Float?], at offset: Int) {
            for (index, row) in rows.enumerated() {
                let code = Int(texts.codes[row])
                if code >= 0, let value = values[code] { output[index * stride + offset] = value }
            }
        }
        switch kind {
        case .number(let scale, let fill):
            let numbers = try table.numbers(of: column, missing: words)
            for (index, row) in rows.enumerated() {
                let number = numbers[row]
                let value = Float(scale.apply(number.isNaN ? fill : number))
                guard value.isFinite else {
                    throw table.fault(column, row, expected: "a number of moderate size")
                }
                output[index * stride + offset] = value
            }
        case .robust(let scale):
            let numbers = try table.numbers(of: column, missing: words)
            for (index, row) in rows.enumerated() where !numbers[row].isNaN {
                output[index * stride + offset] = Float(scale.apply(numbers[row]))
            }
        case .missing:
            let isMissing = table.isMissing(in: column, words: words)
            for (index, row) in rows.enumerated() where isMissing(row) {
                output[index * stride + offset] = 1
            }
        case .flag(let missing):
            let texts = cache.texts(table, column)
            let values = texts.names.map { BooleanWords.value(of: $0) }
            tellUnknown(table, column, texts, rows) { values[$0] != nil }
            for index in rows.indices { output[index * stride + offset] = Float(missing) }
            fill(texts, values.map { $0.map { $0 ? 1 : 0 } }, at: offset)
        case .binary(let low, let high):
            let texts = cache.texts(table, column)
            let index = CategoryIndex([low, high])
            let values = texts.names.map { index[$0] }
            tellUnknown(table, column, texts, rows) { values[$0] != nil }
            fill(texts, values.map { $0.map { $0 == 0 ? -1 : 1 } }, at: offset)
        case .categories(let names, let hasRare):
            let texts = cache.texts(table, column)
            let known = CategoryIndex(names)
            let indices = texts.names.map { known[$0] }
            if !hasRare { tellUnknown(table, column, texts, rows) { indices[$0] != nil } }
            for (index, row) in rows.enumerated() where texts.codes[row] >= 0 {
                let own = indices[Int(texts.codes[row])]
                guard let category = own ?? (hasRare ? names.count : nil) else { continue }
                output[index * stride + offset + category] = 1
            }
        case .dateNumber(let number, let order, let scale):
            let stamps = cache.stamps(table, column, order)
            let texts = cache.texts(table, column)
            if number == .elapsed {
                tellUnknown(table, column, texts, rows, "no date as \(order.rawValue)") {
                    stamps[$0] != nil || words.contains(texts.names[$0])
                }
            }
            fill(
                texts, stamps.map { $0.map { Float(scale.apply(number.value($0))) } }, at: offset)
        case .dateCycle(let cycle, let order):
            let phases = cache.stamps(table, column, order).map {
                $0.flatMap { cycle.phase($0) }.map { $0 * 2 * Double.pi }
            }
            let texts = cache.texts(table, column)
            fill(texts, phases.map { $0.map { Float(sin($0)) } }, at: offset)
            fill(texts, phases.map { $0.map { Float(cos($0)) } }, at: offset + 1)
        case .text(let hashing):
            let texts = cache.texts(table, column)
            var hashed = [[Float]?](repeating: nil, count: texts.names.count)
            for (index, row) in rows.enumerated() where texts.codes[row] >= 0 {
                let code = Int(texts.codes[row])
                let values = hashed[code] ?? hashing.encode(texts.names[code])
                // Only what comes again is worth its memory.
                if texts.names.count < texts.codes.count / 2 { hashed[code] = values }
                for (input, value) in values.enumerated() {
                    output[index * stride + offset + input] = value
                }
            }
        }
    }

    /// Says once for a column that texts came which training never saw.
    private func tellUnknown(
        _ table: Table, _ column: Int, _ texts: Table.Texts, _ rows: [Int],
        _ what: String = "text that training did not have", isKnown: (Int) -> Bool
    ) {
        let isNew = texts.names.indices.map { !isKnown($0) }
        let strange = rows.filter { texts.codes[$0] >= 0 && isNew[Int(texts.codes[$0])] }
        guard let first = strange.first else { return }
        let cells = strange.count.counting("cell")
        Notice.say(
            "\(table.subject): column \"\(name)\": \(cells) with \(what), "
                + "first \"\(table.csv.text(row: first, column: column))\" on line "
                + "\(table.csv.line(ofRow: first)); taken as unknown")
    }
}
