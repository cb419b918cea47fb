import KalsaeSupport

/// What was taken for granted while a CSV file was read: each guess with the option that overrules
/// it.
public struct CSVGuesses: Sendable, Equatable {
    /// One thing that was taken, in words.
    public struct Line: Sendable, Equatable {
        /// What it is about, as `separator`.
        public let name: String
        /// What was taken, and why where that is not plain.
        public let value: String
        /// The option that tells it, as `--separator`.
        public let option: String
        /// Whether it was told and not guessed.
        public let isGiven: Bool
    }

    /// What stands behind the table and is no part of it.
    public struct Footer: Sendable, Equatable {
        /// The line where it begins, from 1.
        public let line: Int
        /// The first text of it; empty for rows without any.
        public let text: String
    }

    /// What was told.
    public let options: CSVOptions
    /// The encoding, as `UTF-8`.
    public let encoding: String
    /// Whether the file names its encoding by a byte order mark.
    public let hasEncodingMark: Bool
    /// Whether it is packed by gzip.
    public let isCompressed: Bool
    /// What lies between cells.
    public let separator: CSVSeparator
    /// Whether a line `sep=;` says so.
    public let hasSeparatorLine: Bool
    /// Lines before the table that are no part of it: comments, a title, the line `sep=;`.
    public let skippedLineCount: Int
    /// Comments among the lines of the table.
    public let commentCount: Int
    /// Whether the first row names the columns.
    public let hasHeader: Bool
    /// Why so.
    public let headerReason: String
    /// Lines that name the columns: 0, 1, or more as in exports of surveys, of which the first is
    /// taken.
    public let headerLineCount: Int
    /// Names that came more than once, by their new names.
    public let renamed: [String: String]
    /// Rows of data.
    public let rowCount: Int
    /// Blank lines that were passed over; in a file of one column they are missing cells instead.
    public let blankLineCount: Int
    /// Rows that end with a separator too many.
    public let longRowCount: Int
    /// Rows that repeat the names of the columns, and are not read.
    public let repeatedHeaderCount: Int
    /// Notes, a row of totals or rows without cells behind the table, which are not read.
    public let footer: Footer?
    /// The columns, with the writing of their numbers.
    public let columns: [CSVColumn]

    /// The decimal mark of most columns that show one.
    public var decimal: DecimalMark {
        if let given = options.decimal { return given }
        let numeric = columns.filter { $0.kind == .numbers }
        return numeric.count { $0.decimal == .comma } * 2 > numeric.count ? .comma : .point
    }

    /// The marks of thousands that came, a blank for each kind of blank.
    public var thousands: [String] { Set(columns.compactMap(\.thousands)).sorted() }

    /// The words for missing cells, with how many cells hold each.
    public var missingWords: [String: Int] {
        columns.reduce(into: [:]) { $0.merge($1.missingWords, uniquingKeysWith: +) }
    }

    /// Every guess in a line.
    public var lines: [Line] {
        func line(_ name: String, _ value: String, _ option: String, _ isGiven: Bool = false)
            -> Line
        {
            Line(name: name, value: value, option: option, isGiven: isGiven)
        }
        var lines = [
            line(
                "encoding",
                encoding + (hasEncodingMark ? ", as its first bytes say" : "")
                    + (isCompressed ? ", in gzip" : ""), "--encoding", options.encoding != nil),
            line(
                "separator", separatorText, "--separator", options.separator != nil),
            line("decimal mark", decimalText, "--decimal", options.decimal != nil),
            line("header", headerText, "--header, --no-header", options.header != .sniffed),
            line("missing cells", missingText, "--missing", options.missing != nil),
        ]
        if skippedLineCount > 0 || options.skippedLines != nil {
            lines.append(
                line(
                    "lines before the table", "\(skippedLineCount) not read", "--skip-lines",
                    options.skippedLines != nil))
        }
        if let footer {
            let text = footer.text.isEmpty ? "rows without cells" : "\"\(footer.text.prefix(40))\""
            lines.append(
                line(
                    "lines behind the table",
                    "not read from line \(footer.line) on, which begins with \(text)",
                    "--skip-footer"))
        } else if let count = options.skippedFooterLines {
            lines.append(
                line("lines behind the table", "\(count) not read", "--skip-footer", true))
        }
        if options.quote != .double {
            let quote = options.quote == .none ? "none" : "single"
            lines.append(line("quote", quote, "--quote", true))
        }
        lines.append(line("rows", rowText, ""))
        return lines
    }

    private var separatorText: String {
        if columns.count == 1, options.separator == nil {
            return "none seen, so the table has one column"
        }
        return separator.name + (hasSeparatorLine ? ", as the line sep= says" : "")
    }

    private var decimalText: String {
        let numeric = columns.filter { $0.kind == .numbers }
        let others = numeric.filter { $0.decimal != decimal }.map { "\"\($0.name)\"" }
        var text = decimal.rawValue
        if !others.isEmpty {
            let other = decimal == .comma ? DecimalMark.point : .comma
            text += ", but \(other.rawValue) in \(others.joined(separator: ", "))"
        }
        let marks = thousands.map { mark in
            switch mark {
            case " ": "blank"
            case ",": "comma"
            case ".": "point"
            default: "apostrophe"
            }
        }
        return marks.isEmpty ? text : text + "; thousands: \(marks.joined(separator: ", "))"
    }

    private var headerText: String {
        var text = hasHeader ? "yes" : "no"
        if !headerReason.isEmpty { text += ": \(headerReason)" }
        if headerLineCount > 1 {
            text +=
                "; the first of \(headerLineCount.counting("line")) of names is taken, the others are not read"
        }
        if repeatedHeaderCount > 0 {
            text += "; rows that repeat it are not read: \(repeatedHeaderCount)"
        }
        for (new, old) in renamed.sorted(by: { $0.key < $1.key }) {
            text += "; a further \"\(old)\" is called \"\(new)\""
        }
        return text
    }

    private var missingText: String {
        let words = missingWords.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let all = columns.reduce(0) { $0 + $1.missingCount }
        let empty = all - words.reduce(0) { $0 + $1.value }
        var parts = words.prefix(8).map { "\"\($0.key)\" \($0.value)" }
        if empty > 0 { parts.insert("empty \(empty)", at: 0) }
        if words.count > 8 { parts.append("\(words.count - 8) other words") }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }

    private var rowText: String {
        var text = "\(rowCount)"
        if commentCount > 0 { text += "; \(commentCount) comments not read" }
        if blankLineCount > 0 { text += "; \(blankLineCount) blank lines not read" }
        if longRowCount > 0 {
            text += "; \(longRowCount.counting("row")) end with a separator too many"
        }
        return text
    }
}
