import KalsaeData
import KalsaeFiles
import KalsaeSupport

/// Some rows of a table that comes in parts: all of few, of more some at about equal distances.
struct RowSample {
    /// The cells of one column.
    struct Column {
        /// Texts as the file has them.
        var cells: [String] = []
        /// Numbers, NaN where there is none.
        var numbers: [Double] = []
        /// Whether any part of the file has text there.
        var isOfTexts = false
    }

    /// The inputs of the rows, one behind the other.
    private(set) var features: [Float] = []
    /// The columns whose cells are kept, by name.
    private(set) var columns: [String: Column] = [:]
    /// The rows' targets; nil where a row has none.
    private(set) var targets: LabeledData.Targets?
    /// The rows that are kept.
    private(set) var count = 0

    private let width: Int
    /// Twice as many are kept before every second one goes.
    private let most: Int
    private var distance = 1
    private var seen = 0
    private var isLabeled = true

    /// Keeps no row yet.
    ///
    /// - Parameters:
    ///   - names: columns that became inputs, whose cells are kept.
    ///   - source: the file, for the error where there is no such column.
    ///   - most: the rows that are enough.
    init(
        columns names: [String], _ encoder: TableEncoder, _ source: String,
        most: Int = ColumnEffects.mostRows
    ) throws(KalsaeError) {
        width = encoder.width
        self.most = most
        for name in names {
            try encoder.checkInput(name, source)
            columns[name] = Column()
        }
    }

    /// Takes rows of a part of the table.
    ///
    /// - Parameters:
    ///   - rows: their numbers in the part.
    ///   - features: their inputs.
    ///   - targets: their targets; nil where one has none.
    mutating func add(
        _ table: Table, rows: [Int], features part: [Float], targets own: LabeledData.Targets?
    ) {
        isLabeled = isLabeled && own != nil
        let positions = table.columns.enumerated().compactMap {
            index, column -> (name: String, index: Int)? in
            columns[column.name] == nil ? nil : (name: column.name, index: index)
        }
        for (name, index) in positions {
            if case .texts = table.columns[index].contents { columns[name]?.isOfTexts = true }
        }
        for (position, row) in rows.enumerated() {
            defer { seen += 1 }
            guard seen % distance == 0 else { continue }
            features += part[(position * width)..<((position + 1) * width)]
            if let own { append(own, position) }
            for (name, index) in positions {
                columns[name]?.cells.append(table.csv.text(row: row, column: index))
                var number = Double.nan
                if case .numbers(let all) = table.columns[index].contents { number = all[row] }
                columns[name]?.numbers.append(number)
            }
            count += 1
            if count == 2 * most { thin() }
        }
        if !isLabeled { targets = nil }
    }

    /// At most `most` of the rows that were kept.
    func reduced() -> RowSample {
        guard count > most else { return self }
        var result = self
        result.keep((0..<most).map { $0 * count / most })
        return result
    }

    private mutating func append(_ own: LabeledData.Targets, _ row: Int) {
        switch (targets, own) {
        case (.classes(var kept, let names)?, .classes(let more, _)):
            targets = nil
            kept.append(more[row])
            targets = .classes(kept, names: names)
        case (.values(var kept, let scale)?, .values(let more, _)):
            targets = nil
            kept.append(more[row])
            targets = .values(kept, scale: scale)
        case (_, .classes(let more, let names)): targets = .classes([more[row]], names: names)
        case (_, .values(let more, let scale)): targets = .values([more[row]], scale: scale)
        }
    }

    private mutating func thin() {
        keep(Array(stride(from: 0, to: count, by: 2)))
        distance *= 2
    }

    private mutating func keep(_ rows: [Int]) {
        features = rows.flatMap { features[($0 * width)..<(($0 + 1) * width)] }
        for name in Array(columns.keys) {
            guard let column = columns[name] else { continue }
            columns[name]?.cells = rows.map { column.cells[$0] }
            columns[name]?.numbers = rows.map { column.numbers[$0] }
        }
        switch targets {
        case .classes(let all, let names)?: targets = .classes(rows.map { all[$0] }, names: names)
        case .values(let all, let scale)?: targets = .values(rows.map { all[$0] }, scale: scale)
        case nil: break
        }
        count = rows.count
    }
}

extension TableEncoder {
    /// The names of the columns that became inputs, each once.
    package var columnNames: [String] {
        var seen: Set<String> = []
        return features.map(\.name).filter { seen.insert($0).inserted }
    }

    /// Throws, with the nearest name, where no such column became an input.
    func checkInput(_ name: String, _ source: String) throws(KalsaeError) {
        let names = columnNames
        guard !names.contains(name) else { return }
        let near = SpellingSuggestion.of(name, in: names).map { "did you mean \"\($0)\"?" }
        throw KalsaeError(
            source, expected: "a column that the model uses", got: "\"\(name)\"",
            advice: near ?? "one of \(names.prefix(12).joined(separator: ", "))")
    }
}
