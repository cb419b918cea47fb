import KalsaeFiles
import KalsaeSupport

/// A table that does not fit into memory: guesses by a sample of its rows, and encoded rows in a file.
package struct StreamedTable {
    /// The rows that guesses are made by.
    package let sample: TableSample
    /// What is taken for granted by them.
    package let prepared: PreparedTable
    private let passes: CSVPasses
    private let options: TableOptions
    private let memory: Int

    /// The most text that guesses are made by, and the most bytes of a block.
    private static let mostText = 24 << 20
    private static let mostBlock = 48 << 20
    /// Rows that are measured of those that are trained on.
    private static let measuredRows = 20_000

    /// Reads all rows once.
    ///
    /// - Parameter memory: bytes that data may take.
    /// - Throws: a `KalsaeError` for what ``PreparedTable`` refuses, and for standard input.
    package init(
        path: String, target: String, options: TableOptions, reading: CSVOptions, memory: Int,
        seed: UInt64
    ) throws(KalsaeError) {
        passes = try CSVPasses(path: path, options: reading)
        sample = try TableSample(
            passes, target: target, bytes: min(Self.mostText, memory / 16), seed: seed)
        Notice.say(
            "\(path): \(sample.rowCount.counting("row")); columns are judged, and scaled, by "
                + "\(sample.rows.count) of them, drawn at random")
        prepared = try PreparedTable(sample.table, target: target, options: options)
        (self.options, self.memory) = (options, memory)
    }

    /// Reads all rows again and encodes them, by what the rows for training in the sample tell.
    ///
    /// - Parameters:
    ///   - fractions: the shares of validation and test, which are in memory.
    ///   - mostHeld: rows of each of them at most; nil for what fits.
    ///   - folder: where the file is.
    ///   - fits: throws where a network does not fit numbers of inputs and outputs, before rows are
    ///     read.
    package func parts(
        _ fractions: Split.Fractions, name: String, validation: Table? = nil, test: Table? = nil,
        mostHeld: Int? = nil, in folder: String, seed: UInt64,
        fits: (Int, Int) throws(KalsaeError) -> Void = { _, _ in }
    ) throws(KalsaeError) -> DataParts {
        let labeled = prepared.labeledRows
        let (whole, _) = Notice.collect {
            Result { () throws(KalsaeError) in
                try prepared.encoder(trainedOn: Array(labeled.indices))
            }
        }
        let width = try whole.get().width
        let fitting = memory / 16 / ((width + 2) * MemoryLayout<Float>.stride)
        let most =
            Double(min(mostHeld ?? .max, max(fitting, 100))) / Double(max(1, sample.rowCount))
        var shares = RowSplit(
            options, seed: seed,
            validation: validation == nil ? min(fractions.validation, most) : 0,
            test: test == nil ? min(fractions.test, most) : 0)
        if let times = prepared.times { try shares.split(byTimes: times) }
        let keys = try shares.keys(of: sample.table, numbers: sample.rows)
        let train = labeled.indices.filter {
            shares.part(keys[labeled[$0]], time: prepared.times?[$0]) == .train
        }
        let encoder = try prepared.encoder(trainedOn: train)
        let step = max(1, train.count / Self.measuredRows)
        let measured = stride(from: 0, to: train.count, by: step).map { labeled[train[$0]] }
        let measuredData = try encoder.data(of: sample.table, rows: measured).marked(
            weights: try RowMarks(sample.table, options).weights(measured), groups: nil,
            times: nil)
        var outputs = 1
        if case .classes(let names) = encoder.target.kind { outputs = names.count }
        try fits(encoder.width, outputs)
        let sums = try encodeAll(encoder, shares, measuredData.targets, folder, seed)
        func part(_ own: Table?, _ held: HeldRows) throws(KalsaeError) -> LabeledData {
            guard let own else { return try held.data(encoder, measuredData.targets) }
            let rows = TargetEncoder.labeledRows(
                own, encoder.target, column: try encoder.targetColumn(in: own))
            return try encoder.data(of: own, rows: rows).marked(
                weights: try RowMarks(own, options).weights(rows), groups: nil, times: nil)
        }
        var parts = DataParts(
            name: name, train: measuredData, validation: try part(validation, sums.validation),
            test: try part(test, sums.test), encoder: encoder, guesses: prepared.guesses)
        parts.streamed = sums.train
        return parts
    }

    private func encodeAll(
        _ encoder: TableEncoder, _ split: RowSplit, _ targets: LabeledData.Targets,
        _ folder: String, _ seed: UInt64
    ) throws(KalsaeError) -> (train: StreamedRows, validation: HeldRows, test: HeldRows) {
        let share = 1 - split.validation - split.test
        var writer = try StreamedRows.Writer(
            in: folder, rows: Int(Double(sample.rowCount) * share) + 1, width: encoder.width,
            targets: targets.withoutRows, hasWeights: options.weight != nil,
            blockBytes: max(1 << 16, min(Self.mostBlock, memory / 8)), seed: seed)
        var (validation, test) = (HeldRows(), HeldRows())
        let marks = RowMarks(sample.table, options)
        let dates = try marks.dateOrder()
        var columns = encoder.columnsOfText
        if let time = options.time, dates != nil {
            columns.insert(try sample.table.position(of: time))
        }
        try passes.begin(like: sample.table.csv, keepingTextOf: columns)
        var told: Set<String> = []
        var number = 0
        let options = options
        while true {
            let pieces = try passes.next()
            if pieces.isEmpty { break }
            let encoded = Parallel.map(pieces, threads: Parallel.threadCount) { piece in
                Result { () throws(KalsaeError) in
                    try EncodedPiece(Table(piece.table), encoder, options, dates)
                }
            }
            for result in encoded {
                let piece = try result.get()
                for notice in piece.notices {
                    let subject = notice.split(separator: ":").prefix(2).joined(separator: ":")
                    if told.insert(subject).inserted { Notice.say(notice) }
                }
                for (index, row) in piece.rows.enumerated() {
                    let key = piece.keys.flatMap { $0[row] } ?? UInt64(number + row)
                    switch split.part(key, time: piece.times?[index]) {
                    case .train: try piece.write(index, row: number + row, to: &writer)
                    case .validation: validation.append(piece, index)
                    case .test: test.append(piece, index)
                    }
                }
                number += piece.rowCount
            }
        }
        let train = try writer.finish()
        guard train.count > 0 else {
            throw KalsaeError(passes.subject, expected: "rows for training", got: "none")
        }
        return (train, validation, test)
    }
}
