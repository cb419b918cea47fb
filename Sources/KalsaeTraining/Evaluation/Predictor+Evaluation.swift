import KalsaeData
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport

extension Predictor {
    /// What was measured of a source.
    package struct Evaluation: Sendable {
        /// The numbers.
        package var report: Report
        /// The rows that were measured.
        package var rows: Int
        /// What columns do, where it was asked for.
        package var effects: ColumnEffects?
        /// Each row's prediction and truth, where it was asked for.
        package var outcomes: MeasuredRows?
    }

    /// Measures the network on a CSV file, or on the part of a named set that took no part in its
    /// training.
    ///
    /// A file is read part by part: of each row its outputs and its target are kept, no text.
    ///
    /// - Parameters:
    ///   - reading: how the file is read.
    ///   - level: of the intervals that are reported for numbers.
    ///   - isLenient: whether text in columns of numbers, and columns that are not there, are missing.
    ///   - weight: the column of a CSV file that says how much a row counts; all count alike without.
    /// - Throws: a `KalsaeError` where an output is not finite, or the data are others than it was
    ///   trained on.
    public func evaluate(
        _ source: String, reading: CSVOptions = CSVOptions(), level: Double? = nil,
        isLenient: Bool = false, weight: String? = nil
    ) async throws -> (report: Report, rows: Int) {
        let measured = try await measure(
            source, reading: reading, level: level, isLenient: isLenient, weight: weight)
        return (measured.report, measured.rows)
    }

    /// Measures the network, and what columns do to it, in one pass.
    ///
    /// - Parameters:
    ///   - columns: the columns whose dependence may be asked for; nil for no effects.
    ///   - keepsRows: whether each row's prediction and truth come back.
    package func measure(
        _ source: String, reading: CSVOptions = CSVOptions(), level: Double? = nil,
        effects columns: [String]? = nil, keepsRows: Bool = false, isLenient: Bool = false,
        weight: String? = nil
    ) async throws -> Evaluation {
        if let weight, NamedSet(rawValue: source) != nil || FileSet(path: source) != nil {
            throw KalsaeError(
                "--weight", expected: "a CSV file with a column \"\(weight)\"", got: source)
        }
        var effects: ColumnEffects?
        var images: LabeledData?
        var numbers: [Int]?
        var measurement: Measurement
        let rows: Int
        if let set = NamedSet(rawValue: source) {
            guard columns == nil else {
                throw KalsaeError(
                    "--importance, --dependence", expected: "a CSV file", got: "the set \(source)")
            }
            let data = try metadata.heldOutRows(of: set, path: path)
            try check(data.targets, featureShape: data.featureShape, source)
            measurement = try Measurement(model, data, decision: decision)
            (rows, images) = (data.count, data)
        } else if let set = FileSet(path: source) {
            guard columns == nil else {
                throw KalsaeError(
                    "--importance, --dependence", expected: "a CSV file", got: source)
            }
            let data = try set.measured(
                shape: model.inputShape?.sizes ?? [], classNames: metadata.classNames,
                scale: metadata.scale)
            try check(data.targets, featureShape: data.featureShape, source)
            measurement = try Measurement(model, data, decision: decision)
            (rows, images) = (data.count, data)
        } else {
            let encoder = try tableEncoder(for: source)
            var sample = try columns.map { try RowSample(columns: $0, encoder, source) }
            let parts = try EncodedRows(
                path: source, encoder: encoder, reading: reading, isLenient: isLenient)
            let read = try read(parts, source, encoder, weight, &sample)
            numbers = read.rows
            measurement = try Measurement(
                read.outputs, areLogits: true, read.targets, weights: read.weights,
                decision: decision)
            rows = read.rows.count
            effects = try sample.map { try ColumnEffects(self, encoder: encoder, source, $0) }
        }
        if let level {
            try measurement.report(try intervals(), level: level)
        } else if metadata.intervals?.tells(Measurement.level) == true {
            try measurement.report(metadata.intervals)
        }
        var outcomes = keepsRows ? measurement.rows : nil
        outcomes?.images = images
        outcomes?.numbers = numbers
        return Evaluation(
            report: measurement.report, rows: rows, effects: effects, outcomes: outcomes)
    }

    /// What columns of a file do to predictions.
    ///
    /// - Parameter reading: how the file is read.
    /// - Throws: a `KalsaeError` where the network was trained on images, or the file does not fit.
    public func effects(
        of path: String, reading: CSVOptions = CSVOptions()
    ) throws -> ColumnEffects {
        let encoder = try tableEncoder(for: path)
        var sample = try RowSample(columns: encoder.columnNames, encoder, path)
        try EncodedRows(path: path, encoder: encoder, reading: reading).eachPart { table in
            let rows = Array(0..<table.rowCount)
            sample.add(
                table, rows: rows, features: try encoder.features(of: table),
                targets: try? encoder.targets(of: table))
        }
        return try ColumnEffects(self, encoder: encoder, path, sample)
    }

    /// The outputs and targets of all rows of a file that have a target, and which rows these are.
    private func read(
        _ parts: EncodedRows, _ source: String, _ encoder: TableEncoder, _ weight: String?,
        _ sample: inout RowSample?
    ) throws -> (
        outputs: [Float], targets: LabeledData.Targets, weights: [Float]?, rows: [Int]
    ) {
        let served = try CompiledModel(model, input: Shape([encoder.width]), keptPlans: 12)
        let width = served.outputShape.elementCount
        var outputs: [Float] = []
        var (classes, values): ([Int32], [Float]) = ([], [])
        var weights: [Float]? = weight == nil ? nil : []
        var kind: LabeledData.Targets?
        var (numbers, first) = ([Int](), 0)
        try parts.eachPart { table in
            let (data, rows) = try parts.labeledData(of: table)
            if let weight { weights? += try table.weights(in: weight, rows: rows) }
            numbers += rows.map { first + $0 }
            first += table.rowCount
            guard case .floats(let features) = data.features else { return }
            let some = try Self.outputs(of: features, from: served)
            if let position = some.firstIndex(where: { !$0.isFinite }) {
                throw NotFiniteOutput.error(
                    "evaluate", row: (outputs.count + position) / width,
                    got: some[position].isNaN ? "NaN" : "infinity")
            }
            outputs += some
            switch data.targets {
            case .classes(let own, _): classes += own
            case .values(let own, _): values += own
            }
            kind = kind ?? data.targets
            sample?.add(table, rows: rows, features: features, targets: data.targets)
        }
        let targets: LabeledData.Targets
        switch kind {
        case .values(_, let scale)?: targets = .values(values, scale: scale)
        default: targets = .classes(classes, names: metadata.classNames)
        }
        if let kind { try check(kind, featureShape: [encoder.width], source) }
        return (outputs, targets, weights, numbers)
    }

    /// The encoder of the table that the network was trained on.
    private func tableEncoder(for source: String) throws(KalsaeError) -> TableEncoder {
        if let encoder = metadata.encoder { return encoder }
        throw KalsaeError(
            source, expected: "one of \(NamedSet.allCases.map(\.rawValue)), or a folder by class",
            got: source,
            advice: "\(path) was trained on \(metadata.data), not on a table")
    }

    /// Throws for data of other inputs or classes than the network's.
    private func check(
        _ targets: LabeledData.Targets, featureShape: [Int], _ source: String
    ) throws(KalsaeError) {
        var names: [String] = []
        if case .classes(_, let own) = targets { names = own }
        guard Shape(featureShape) == model.inputShape, names == metadata.classNames else {
            throw KalsaeError(
                source, expected: "data as \(path) was trained on (\(metadata.data))",
                got: "inputs \(featureShape), classes \(names)")
        }
    }
}
