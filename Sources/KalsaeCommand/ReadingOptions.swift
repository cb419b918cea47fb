import ArgumentParser
import KalsaeData
import KalsaeFiles
import KalsaeSupport

/// How a CSV file is read, where a guess is to be overruled.
struct ReadingOptions: ParsableArguments {
    @Option(help: "What lies between cells: comma, semicolon, tab, pipe, blanks, or a character.")
    var separator: String?

    @Option(help: "The mark before decimals: point or comma.")
    var decimal: String?

    @Flag(inversion: .prefixedNo, help: "Whether the first row names the columns.")
    var header: Bool?

    @Option(help: "How characters are written as bytes: utf-8, windows-1252, cp949, …")
    var encoding: String?

    @Option(help: "Words for missing cells, with commas between, as in NA,-999.")
    var missing: String?

    @Option(help: "What quotes cells: double, single or none.")
    var quote: String?

    @Option(help: "Lines before the table that are not read.")
    var skipLines: Int?

    @Option(
        help: "Lines behind the table that are not read; 0 reads notes and totals as rows.")
    var skipFooter: Int?

    /// The options for the reader of tables.
    func csv() throws(KalsaeError) -> CSVOptions {
        var options = CSVOptions()
        if let separator { options.separator = try CSVSeparator(named: separator) }
        if let decimal { options.decimal = try DecimalMark(named: decimal) }
        if let header { options.header = header ? .present : .absent }
        if let encoding { options.encoding = try TextEncoding(named: encoding) }
        if let missing {
            options.missing = missing.split(separator: ",").map(String.init)
        }
        if let quote { options.quote = try CSVQuote(named: quote) }
        if let skipLines {
            guard skipLines >= 0 else {
                throw KalsaeError(
                    "--skip-lines", expected: "a whole number of at least 0", got: "\(skipLines)")
            }
            options.skippedLines = skipLines
        }
        if let skipFooter {
            guard skipFooter >= 0 else {
                throw KalsaeError(
                    "--skip-footer", expected: "a whole number of at least 0",
                    got: "\(skipFooter)")
            }
            options.skippedFooterLines = skipFooter
        }
        return options
    }
}
