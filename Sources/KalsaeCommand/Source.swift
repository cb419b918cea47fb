import KalsaeData
import KalsaeSupport

/// What a verb is pointed at: the name of a set, or a table's file.
struct Source {
    let parts: DataParts

    /// Loads a named set or a CSV file in its three parts.
    ///
    /// - Parameters:
    ///   - name: `iris`, `mnist`, …, the file name of a table in the data folders, or a path.
    ///   - target: the column to predict; only for files, where it is needed.
    ///   - fractions: the shares of a table that are held out.
    init(_ name: String, target: String?, seed: Int, fractions: Split.Fractions = .standard)
        throws(KalsaeError)
    {
        let bits = UInt64(bitPattern: Int64(seed))
        if let set = NamedSet(rawValue: name) {
            guard target == nil else {
                throw KalsaeError(
                    "--target", expected: "a CSV file to go with", got: "the set \(name)")
            }
            parts = try set.load(seed: bits)
            return
        }
        guard NamedText(rawValue: name) == nil else {
            throw KalsaeError(
                name, expected: "rows with a target", got: "a text",
                advice: "see `kalsae lesson characters`")
        }
        guard name.contains("/") || name.contains(".") else {
            let sets = NamedSet.allCases.map(\.rawValue).joined(separator: ", ")
            throw KalsaeError(
                name, expected: "\(sets) or the path of a CSV file", got: "neither",
                advice: "see `kalsae data list`")
        }
        let table = try Table(path: Source.path(of: name))
        guard let target else {
            throw KalsaeError(
                name, expected: "--target with a column", got: "none",
                advice: "columns: \(table.columns.map(\.name).joined(separator: ", "))")
        }
        let file = name.split(separator: "/").last.map(String.init) ?? name
        let stem = file.split(separator: ".").first.map(String.init) ?? file
        parts = try DataParts(table, name: stem, target: target, fractions: fractions, seed: bits)
    }

    /// The path itself, or that of a table in the data folders where there is no such file here.
    private static func path(of name: String) -> String {
        DataFolders.isReadable(name) ? name : DataFolders.table(named: name) ?? name
    }
}
