import KalsaeData
import KalsaeFiles
import KalsaeSupport

extension Predictor {
    /// The columns of the table that the network reads, each once, in the table's order; empty for a
    /// model of images.
    public var columnNames: [String] {
        var told: Set<String> = []
        let features = metadata.encoder?.features ?? []
        return features.sorted { $0.column < $1.column }.map(\.name).filter {
            told.insert($0).inserted
        }
    }

    /// Predicts one row of a table by its cells under the names of their columns, written as in a file;
    /// an empty one is missing. Columns that the model does not read may be there.
    ///
    /// - Throws: a `KalsaeError` for a column that is missing, text in a column of numbers, and a model
    ///   of images.
    public func predict(cells: [String: String]) throws -> Predictions {
        guard let encoder = metadata.encoder, encoder.hasHeader else {
            throw KalsaeError(
                "the row", expected: "a model of a table whose columns have names",
                got: "\(path), trained on \(metadata.data)")
        }
        let names = cells.keys.sorted()
        var writer = CSVWriter()
        writer.append(names)
        writer.append(names.map { cells[$0] ?? "" })
        var options = CSVOptions()
        options.header = .present
        options.separator = try CSVSeparator(named: "comma")
        options.decimal = try DecimalMark(named: "point")
        let table = Table(try CSV(writer.bytes, subject: "the row", options: options))
        try encoder.checkColumns(of: table)
        return try predict(rows: try encoder.features(of: table))
    }
}
