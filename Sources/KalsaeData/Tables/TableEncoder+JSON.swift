import KalsaeFiles
import KalsaeSupport

extension TableEncoder {
    /// The encoder as JSON, to be kept with a model.
    public var json: JSONValue {
        [
            "header": .bool(hasHeader),
            "columns": .integer(columnCount),
            "features": .array(features.map(\.json)),
            "target": target.json,
        ]
    }

    /// The encoder that `json` describes; throws, naming `subject`, when something is missing or
    /// impossible.
    public init(json: JSONValue, subject: String = "table encoder") throws(KalsaeError) {
        let fields = Fields(json: json, subject: subject)
        let hasHeader = try fields.required("header", "true or false") { $0.bool }
        let columnCount = try fields.required("columns", "a count") { $0.integer }
        let list = try fields.required("features", "a list") { $0.array }
        var features: [FeatureEncoder] = []
        for element in list {
            features.append(try FeatureEncoder(Fields(json: element, subject: subject)))
        }
        let description = try fields.required("target", "an object") { $0 }
        let target = try TargetEncoder(Fields(json: description, subject: subject))
        let columns = features.map(\.column) + [target.column]
        // A column may give several features, each under the same name and of another kind.
        let namesByColumn = Dictionary(grouping: features, by: \.column)
        let isEachOne = namesByColumn.values.allSatisfy { several in
            several.allSatisfy { $0.name == several[0].name }
                && several.indices.allSatisfy { !several[..<$0].contains(several[$0]) }
        }
        guard columnCount > 0, !features.isEmpty, isEachOne, namesByColumn[target.column] == nil,
            columns.allSatisfy({ (0..<columnCount).contains($0) })
        else {
            throw KalsaeError(
                subject, expected: "features and a target at different columns of \(columnCount)",
                got: "\(columns)")
        }
        self.init(
            hasHeader: hasHeader, columnCount: columnCount, features: features, target: target)
    }
}

/// The members of a JSON object, asked for by name.
struct Fields {
    let json: JSONValue
    let subject: String

    func required<Value>(
        _ key: String, _ expected: String, _ read: (JSONValue) -> Value?
    ) throws(KalsaeError) -> Value {
        guard let value = json[key].flatMap(read) else { throw fault(key, expected) }
        return value
    }

    func text(_ key: String) throws(KalsaeError) -> String {
        try required(key, "text") { $0.string }
    }

    func number(_ key: String) throws(KalsaeError) -> Double {
        try required(key, "a number") { $0.number }
    }

    /// Different texts.
    func texts(_ key: String) throws(KalsaeError) -> [String] {
        let texts = try required(key, "a list") { $0.array }.compactMap(\.string)
        guard !texts.isEmpty, texts.count == json[key]?.array?.count,
            Set(texts).count == texts.count
        else { throw fault(key, "a list of different texts") }
        return texts
    }

    /// The case of that name.
    func option<Value: RawRepresentable & CaseIterable>(
        _ key: String, _ type: Value.Type = Value.self
    ) throws(KalsaeError) -> Value where Value.RawValue == String {
        let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
        return try required(key, "one of \(names)") { $0.string.flatMap(Value.init(rawValue:)) }
    }

    /// Texts that count as missing; none without the key.
    func missingWords() throws(KalsaeError) -> [String] {
        json["missing_words"] == nil ? [] : try texts("missing_words")
    }

    /// A column, counted from 1 in the file and from 0 in memory.
    func column() throws(KalsaeError) -> Int {
        try required("column", "a column number") { $0.integer.flatMap { $0 > 0 ? $0 - 1 : nil } }
    }

    func scale() throws(KalsaeError) -> Scale {
        let scale = Scale(mean: try number("mean"), deviation: try number("deviation"))
        guard scale.deviation > 0 else { throw fault("deviation", "a number above 0") }
        return scale
    }

    func robustScale() throws(KalsaeError) -> RobustScale {
        let limit = json["limit"] == nil ? RobustScale.limit : try number("limit")
        let ends = json["range"]?.array?.compactMap(\.number) ?? []
        let range = ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : nil
        let scale = RobustScale(
            median: try number("median"), spread: try number("spread"), limit: limit, range: range)
        guard (1...1e6).contains(limit) else { throw fault("limit", "a number from 1 to 1000000") }
        guard scale.spread > 0, scale.spread.isFinite else {
            throw fault("spread", "a number above 0")
        }
        guard scale.median.isFinite else { throw fault("median", "a finite number") }
        return scale
    }

    func fault(_ key: String, _ expected: String) -> KalsaeError {
        KalsaeError(
            subject, expected: "\(expected) for \"\(key)\"",
            got: json[key].map { String($0.text.prefix(80)) } ?? "nothing")
    }
}

extension TargetEncoder {
    fileprivate var json: JSONValue {
        let column = JSONValue.integer(column + 1)
        switch kind {
        case .classes(let names):
            let names = JSONValue.array(names.map { .string($0) })
            return ["name": .string(name), "column": column, "kind": "classes", "names": names]
        case .value(let scale):
            var members = [
                JSONValue.Member("name", .string(name)), JSONValue.Member("column", column),
                JSONValue.Member("kind", "value"),
            ]
            members += scale.members
            if !missingWords.isEmpty {
                members.append(
                    JSONValue.Member("missing_words", .array(missingWords.map { .string($0) })))
            }
            return .object(members)
        }
    }

    fileprivate init(_ fields: Fields) throws(KalsaeError) {
        let kind: Kind
        switch try fields.text("kind") {
        case "classes": kind = .classes(try fields.texts("names"))
        case "value": kind = .value(try TargetScale(json: fields.json, subject: fields.subject))
        default: throw fields.fault("kind", "classes or value")
        }
        self.init(
            name: try fields.text("name"), column: try fields.column(), kind: kind,
            missingWords: try fields.missingWords())
    }
}
