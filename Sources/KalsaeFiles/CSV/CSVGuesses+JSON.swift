/// The guesses for `--json`.
extension CSVGuesses {
    /// An object with every guess by name, `told` with the options that were, and the columns.
    public var json: JSONValue {
        .object([
            .init("encoding", .string(encoding)), .init("compressed", .bool(isCompressed)),
            .init("separator", .string(separator.name)),
            .init("decimal", .string(decimal.rawValue)),
            .init("thousands", .array(thousands.map { .string($0) })),
            .init("header", .bool(hasHeader)), .init("headerReason", .string(headerReason)),
            .init("headerLines", .integer(headerLineCount)),
            .init("renamed", Self.object(renamed) { .string($0) }),
            .init("skippedLines", .integer(skippedLineCount)),
            .init("comments", .integer(commentCount)),
            .init("blankLines", .integer(blankLineCount)),
            .init("longRows", .integer(longRowCount)), .init("rows", .integer(rowCount)),
            .init("repeatedHeaders", .integer(repeatedHeaderCount)),
            .init(
                "footer",
                footer.map {
                    .object([.init("line", .integer($0.line)), .init("text", .string($0.text))])
                } ?? .null),
            .init("missingWords", Self.object(missingWords) { .integer($0) }),
            .init("told", .array(lines.filter(\.isGiven).map { .string($0.option) })),
            .init("columns", .array(columns.map(\.json))),
        ])
    }

    fileprivate static func object<Value>(
        _ dictionary: [String: Value], _ value: (Value) -> JSONValue
    ) -> JSONValue {
        .object(dictionary.sorted { $0.key < $1.key }.map { .init($0.key, value($0.value)) })
    }
}

extension CSVColumn {
    /// The column as an object; keys that say nothing are left out.
    public var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("name", .string(name)), .init("holds", .string(kind.rawValue)),
            .init("missing", .integer(missingCount)),
        ]
        if !missingWords.isEmpty {
            let words = CSVGuesses.object(missingWords) { .integer($0) }
            members.append(.init("missingWords", words))
        }
        if kind == .numbers { members.append(.init("decimal", .string(decimal.rawValue))) }
        if let thousands { members.append(.init("thousands", .string(thousands))) }
        if let unit { members.append(.init("unit", .string(unit))) }
        if hasLeadingZeros { members.append(.init("leadingZeros", .bool(true))) }
        if otherMarkCount > 0 {
            members.append(.init("otherDecimalMark", .integer(otherMarkCount)))
        }
        if unreadableCount > 0 {
            members.append(.init("unreadable", .integer(unreadableCount)))
            let first = unreadable.map { cell in
                JSONValue.object([
                    .init("line", .integer(cell.line)), .init("text", .string(cell.text)),
                ])
            }
            members.append(.init("firstUnreadable", .array(first)))
        }
        return .object(members)
    }
}
