import KalsaeFiles
import KalsaeSupport

/// Some rows of a table that does not fit into memory, encoded.
struct EncodedPiece {
    /// Rows of the piece.
    let rowCount: Int
    /// Those that have a target.
    let rows: [Int]
    /// The group of each row of the piece, nil where it has none; nil without a column of groups.
    let keys: [UInt64?]?
    /// When each of ``rows`` was; nil without a column of times.
    let times: [Double]?
    /// What was new to the sample.
    let notices: [String]
    private let data: LabeledData
    private let width: Int

    init(
        _ table: Table, _ encoder: TableEncoder, _ options: TableOptions, _ dates: DateOrder?
    ) throws(KalsaeError) {
        rowCount = table.rowCount
        width = encoder.width
        keys = try RowSplit.groupKeys(table, options.group)
        let labeled = TargetEncoder.labeledRows(
            table, encoder.target, column: try encoder.targetColumn(in: table))
        rows = labeled
        let (result, notices) = Notice.collect {
            Result { () throws(KalsaeError) in try encoder.data(of: table, rows: labeled) }
        }
        self.notices = notices
        let marks = RowMarks(table, options)
        times = try marks.times(labeled, dates)
        let weights = try marks.weights(labeled, mayBeZero: true)
        data = try result.get().marked(weights: weights, groups: nil, times: nil)
    }

    /// The inputs of a labeled row.
    func inputs(_ index: Int) -> ArraySlice<Float> {
        guard case .floats(let values) = data.features else { return [] }
        return values[(index * width)..<((index + 1) * width)]
    }

    func label(_ index: Int) -> Int32? {
        if case .classes(let labels, _) = data.targets { labels[index] } else { nil }
    }

    func value(_ index: Int) -> Float {
        if case .values(let values, _) = data.targets { values[index] } else { 0 }
    }

    func weight(_ index: Int) -> Float? { data.weights?[index] }

    func write(
        _ index: Int, row: Int, to writer: inout StreamedRows.Writer
    ) throws(KalsaeError) {
        try writer.append(
            row, inputs(index), class: label(index), value: value(index),
            weight: weight(index) ?? 1)
    }
}

/// Encoded rows that are kept in memory.
struct HeldRows {
    private var inputs: [Float] = []
    private var labels: [Int32] = []
    private var values: [Float] = []
    private var weights: [Float] = []

    mutating func append(_ piece: EncodedPiece, _ index: Int) {
        inputs += piece.inputs(index)
        if let label = piece.label(index) { labels.append(label) }
        values.append(piece.value(index))
        if let weight = piece.weight(index) { weights.append(weight) }
    }

    func data(
        _ encoder: TableEncoder, _ targets: LabeledData.Targets
    ) throws(KalsaeError) -> LabeledData {
        let own: LabeledData.Targets =
            switch targets {
            case .classes(_, let names): .classes(labels, names: names)
            case .values(_, let scale): .values(values, scale: scale)
            }
        let hasWeights = weights.count == values.count && !weights.isEmpty
        return try LabeledData(
            features: .floats(inputs), featureShape: [encoder.width], targets: own
        ).marked(weights: hasWeights ? weights : nil, groups: nil, times: nil)
    }
}

extension LabeledData.Targets {
    /// What is predicted, of no rows.
    var withoutRows: LabeledData.Targets {
        switch self {
        case .classes(_, let names): .classes([], names: names)
        case .values(_, let scale): .values([], scale: scale)
        }
    }
}
