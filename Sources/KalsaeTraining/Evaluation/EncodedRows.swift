import KalsaeData
import KalsaeFiles
import KalsaeSupport

/// The rows of a file for a model that was trained on a table, part by part in bounded memory.
package final class EncodedRows {
    private let encoder: TableEncoder
    private let stream: CSVStream
    private let isLenient: Bool
    private var told: Set<String> = []
    private var strays: [LenientTable.Strays] = []
    private var ranges: LearnedRanges

    /// Opens a file, or standard input for `-`, whose columns are those of the encoder's table.
    ///
    /// - Parameter isLenient: whether text in columns of numbers, and columns that are not there, are
    ///   missing, which is told once all rows were read.
    package init(
        path: String, encoder: TableEncoder, reading: CSVOptions, isLenient: Bool = false
    ) throws(KalsaeError) {
        var options = reading
        options.header = encoder.hasHeader ? .present : .absent
        (self.encoder, self.isLenient) = (encoder, isLenient)
        ranges = LearnedRanges(encoder)
        stream = try CSVStream(path: path, options: options)
    }

    /// Calls `body` with each part. What is new to training in a column is told for the first part
    /// that has it.
    package func eachPart(_ body: (Table) throws -> Void) throws {
        var subject = ""
        while let csv = try stream.next() {
            let table = Table(csv)
            subject = table.subject
            try checkColumns(of: table)
            let (_, notices) = try Notice.collect { try body(table) }
            for notice in notices {
                let subject = notice.split(separator: ":").prefix(2).joined(separator: ":")
                if told.insert(subject).inserted { Notice.say(notice) }
            }
        }
        for stray in strays { Notice.say("\(subject): column \"\(stray.column)\"\(stray.told)") }
        for line in ranges.notices { Notice.say("\(subject): \(line)") }
    }

    /// The inputs of all rows of a part.
    package func features(of table: Table) throws(KalsaeError) -> [Float] {
        let features = try read(table, withTarget: false) { table throws(KalsaeError) in
            try encoder.features(of: table)
        }
        ranges.count(features)
        return features
    }

    /// Inputs and targets of the rows of a part that have a target, and their numbers.
    package func labeledData(
        of table: Table
    ) throws(KalsaeError) -> (data: LabeledData, rows: [Int]) {
        let labeled = try read(table, withTarget: true) { table throws(KalsaeError) in
            try encoder.labeledData(of: table)
        }
        if case .floats(let features) = labeled.data.features { ranges.count(features) }
        return labeled
    }

    private func checkColumns(of table: Table) throws(KalsaeError) {
        let names = Set(table.columns.map(\.name))
        // A file without any of the columns is another one.
        if isLenient, encoder.features.contains(where: { names.contains($0.name) }) { return }
        do throws(KalsaeError) {
            try encoder.checkColumns(of: table)
        } catch {
            throw isLenient
                ? error : error.advising("--lenient takes columns that are not there as missing")
        }
    }

    private func read<Rows>(
        _ table: Table, withTarget: Bool, _ body: (Table) throws(KalsaeError) -> Rows
    ) throws(KalsaeError) -> Rows {
        guard !isLenient else {
            let lenient = try LenientTable(table, encoder, withTarget: withTarget)
            add(lenient.strays)
            return try body(lenient.table)
        }
        do throws(KalsaeError) {
            return try body(table)
        } catch {
            let lenient = try LenientTable(table, encoder, withTarget: withTarget)
            throw lenient.strays.isEmpty
                ? error : error.advising("--lenient takes what is no number as missing")
        }
    }

    private func add(_ more: [LenientTable.Strays]) {
        for one in more {
            if let index = strays.firstIndex(where: { $0.column == one.column }) {
                strays[index].count += one.count
            } else {
                strays.append(one)
            }
        }
    }
}

extension LenientTable.Strays {
    /// What became of the column, behind its name.
    fileprivate var told: String {
        guard let text else { return " is not there; taken as missing in \(count.counting("row"))" }
        let cells = count == 1 ? "1 cell that is no number" : "\(count) cells that are no numbers"
        return ": \(cells), first \"\(text)\" on line \(line); taken as missing"
    }
}

extension KalsaeError {
    /// The same error with more advice.
    fileprivate func advising(_ more: String) -> KalsaeError {
        KalsaeError(
            subject, expected: expected, got: got,
            advice: advice.isEmpty ? more : "\(advice), or \(more)")
    }
}
