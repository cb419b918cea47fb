import KalsaeData
import KalsaeFiles
import KalsaeSupport

/// The rows of a file for a model that was trained on a table, part by part in bounded memory.
package final class EncodedRows {
    private let encoder: TableEncoder
    private let stream: CSVStream
    private var told: Set<String> = []

    /// Opens a file, or standard input for `-`, whose columns are those of the encoder's table.
    package init(
        path: String, encoder: TableEncoder, reading: CSVOptions
    ) throws(KalsaeError) {
        var options = reading
        options.header = encoder.hasHeader ? .present : .absent
        self.encoder = encoder
        stream = try CSVStream(path: path, options: options)
    }

    /// Calls `body` with each part. What is new to training in a column is told for the first part
    /// that has it.
    package func eachPart(_ body: (Table) throws -> Void) throws {
        while let csv = try stream.next() {
            let table = Table(csv)
            try encoder.checkColumns(of: table)
            let (_, notices) = try Notice.collect { try body(table) }
            for notice in notices {
                let subject = notice.split(separator: ":").prefix(2).joined(separator: ":")
                if told.insert(subject).inserted { Notice.say(notice) }
            }
        }
    }
}
