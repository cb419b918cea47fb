import KalsaeFiles
import KalsaeSupport

extension FeatureEncoder {
    /// The feature as JSON.
    var json: JSONValue {
        var members = [
            JSONValue.Member("name", .string(name)),
            JSONValue.Member("column", .integer(column + 1)),
        ]
        func add(_ key: String, _ value: JSONValue) { members.append(JSONValue.Member(key, value)) }
        func add(_ scale: RobustScale) {
            add("median", .number(scale.median))
            add("spread", .number(scale.spread))
            if scale.limit != RobustScale.limit { add("limit", .number(scale.limit)) }
            if let range = scale.range {
                add("range", [.number(range.lowerBound), .number(range.upperBound)])
            }
        }
        switch kind {
        case .number(let scale, let fill):
            add("kind", "number")
            add("mean", .number(scale.mean))
            add("deviation", .number(scale.deviation))
            add("fill", .number(fill))
        case .robust(let scale):
            add("kind", "robust")
            add(scale)
        case .dateNumber(let number, let order, let scale):
            add("kind", "date number")
            add("part", .string(number.rawValue))
            add("order", .string(order.rawValue))
            add(scale)
        case .missing: add("kind", "missing")
        case .flag(let fill):
            add("kind", "flag")
            add("fill", .number(fill))
        case .binary(let low, let high):
            add("kind", "binary")
            add("names", [.string(low), .string(high)])
        case .categories(let names, let hasRare):
            add("kind", "categories")
            add("names", .array(names.map { .string($0) }))
            if hasRare { add("rare", true) }
        case .dateCycle(let cycle, let order):
            add("kind", "date cycle")
            add("part", .string(cycle.rawValue))
            add("order", .string(order.rawValue))
        case .text(let hashing):
            add("kind", "text")
            add("width", .integer(hashing.width))
        }
        if !missingWords.isEmpty {
            add("missing_words", .array(missingWords.map { .string($0) }))
        }
        return .object(members)
    }

    init(_ fields: Fields) throws(KalsaeError) {
        let kind: Kind
        switch try fields.text("kind") {
        case "number": kind = .number(try fields.scale(), fill: try fields.number("fill"))
        case "robust": kind = .robust(try fields.robustScale())
        case "date number":
            kind = .dateNumber(
                try fields.option("part"), try fields.option("order"), try fields.robustScale())
        case "missing": kind = .missing
        case "flag": kind = .flag(fill: try fields.number("fill"))
        case "binary":
            let names = try fields.texts("names")
            guard names.count == 2 else { throw fields.fault("names", "two texts") }
            kind = .binary(low: names[0], high: names[1])
        case "categories":
            kind = .categories(
                try fields.texts("names"), hasRare: fields.json["rare"]?.bool ?? false)
        case "date cycle":
            kind = .dateCycle(try fields.option("part"), try fields.option("order"))
        case "text":
            let width = try fields.required("width", "an even number from 2 to 4096") {
                $0.integer.flatMap { (2...4_096).contains($0) && $0 % 2 == 0 ? $0 : nil }
            }
            kind = .text(TextHashing(width: width))
        default:
            throw fields.fault(
                "kind",
                "number, robust, missing, flag, binary, categories, date number, date cycle or text"
            )
        }
        self.init(
            name: try fields.text("name"), column: try fields.column(), kind: kind,
            missingWords: try fields.missingWords())
    }
}
