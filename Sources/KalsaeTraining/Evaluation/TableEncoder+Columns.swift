import KalsaeData
import KalsaeFiles
import KalsaeSupport

extension TableEncoder {
    /// Reads a CSV file whose columns are those of the table that the encoder was fitted on.
    package func readTable(path: String, options: CSVOptions) throws(KalsaeError) -> Table {
        var options = options
        options.header = hasHeader ? .present : .absent
        return Table(try CSV(path: path, options: options))
    }

    /// Throws where a table lacks columns that the model was trained on, naming all of them.
    package func checkColumns(of table: Table) throws(KalsaeError) {
        guard hasHeader else { return }
        let names = table.columns.map(\.name)
        let known = Set(names)
        // A column may be several features.
        var told: Set<String> = []
        let missing = features.map(\.name).filter { name in
            !known.contains(name) && told.insert(name).inserted
        }
        guard !missing.isEmpty else { return }
        let near = missing.compactMap { name in
            SpellingSuggestion.of(name, in: names).map { "\"\($0)\" for \"\(name)\"" }
        }
        let few = missing.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
        let list = missing.count > 12 ? "\(few) and \(missing.count - 12) more" : few
        let shown = names.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
        throw KalsaeError(
            table.subject,
            expected: missing.count == 1 ? "a column named \(list)" : "columns named \(list)",
            got: names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown,
            advice: near.isEmpty
                ? "give all columns that the model was trained on"
                : "did you mean \(near.joined(separator: ", "))?")
    }

    /// The inputs of a column, which may be several features.
    func inputs(of name: String) -> [Int] {
        var offset = 0
        return features.flatMap { feature in
            defer { offset += feature.width }
            return feature.name == name ? Array(offset..<(offset + feature.width)) : []
        }
    }
}
