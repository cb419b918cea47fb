import Glibc
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import Testing

/// The message of the error that `body` throws; a failure of the test when it throws none.
func message(
    at location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> String {
    do {
        try body()
        Issue.record("expected an error", sourceLocation: location)
        return ""
    } catch {
        let text = "\(error)"
        #expect(!text.contains("\n"), sourceLocation: location)
        return text
    }
}

/// A table from text.
func table(_ text: String, header: CSV.HeaderRule = .present) throws -> Table {
    Table(try CSV(Array(text.utf8), subject: "a.csv", header: header))
}

/// A table from a header and rows made by number.
func table(_ header: String, rows: Int, _ row: (Int) -> String) throws -> Table {
    try table(([header] + (0..<rows).map(row)).joined(separator: "\n"))
}

/// The folder with the public data sets, or nil: `KALSAE_DATA`, else `../shared/data`.
let dataFolder: String? = {
    let named = EnvironmentFlag.data.value
    let folder = named.isEmpty ? "../shared/data" : named
    return access(folder, R_OK) == 0 ? folder : nil
}()

extension LabeledData {
    /// The inputs as numbers, row by row.
    var inputRows: [[Double]] {
        let width = featureShape.reduce(1, *)
        let all: [Double] =
            switch features {
            case .floats(let values): values.map { Double($0) }
            case .bytes(let values): values.map { Double($0) }
            case .images(let rows):
                ((try? rows.bytes(of: 0..<rows.sources.count)) ?? []).map { Double($0) }
            }
        return (0..<count).map { Array(all[($0 * width)..<(($0 + 1) * width)]) }
    }

    /// The classes, or nothing for numbers.
    var classes: [Int32] {
        if case .classes(let indices, _) = targets { indices } else { [] }
    }
}
