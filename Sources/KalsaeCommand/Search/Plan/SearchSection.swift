import KalsaeFiles
import KalsaeSupport

/// The section `search` of a configuration file.
struct SearchSection {
    var objectives: [String] = []
    var sampler: String?
    var pruner: String?
    var stack: String?
    var trials: Int?
    var goal: Double?
    var constraints: [String] = []
    /// Parameters by name, with what the file says of them.
    var space: [JSONValue.Member] = []

    static let keys = [
        "objective", "sampler", "pruner", "stack", "trials", "goal", "constraints", "space",
    ]

    /// Reads the section; nil is an empty one.
    init(_ json: JSONValue?, file: String) throws(KalsaeError) {
        guard let json, json != .null else { return }
        guard let members = json.members else {
            throw KalsaeError(
                "\(file): search", expected: "a section with \(Self.keys.joined(separator: ", "))",
                got: json.text)
        }
        func wrong(_ member: JSONValue.Member, _ expected: String) -> KalsaeError {
            KalsaeError(
                "\(file): search.\(member.key)", expected: expected, got: member.value.text)
        }
        for member in members {
            switch member.key {
            case "objective":
                let list = member.value.array ?? [member.value]
                objectives = list.compactMap(\.string)
                guard objectives.count == list.count else { throw wrong(member, "names") }
            case "sampler", "pruner", "stack":
                let text = member.value.string ?? member.value.text
                if member.key == "sampler" { sampler = text }
                if member.key == "pruner" { pruner = text }
                if member.key == "stack" { stack = text }
            case "trials":
                guard let number = member.value.integer, number > 0 else {
                    throw wrong(member, "a whole number above 0")
                }
                trials = number
            case "goal":
                guard let number = Self.number(member.value) else {
                    throw wrong(member, "a number")
                }
                goal = number
            case "constraints":
                let list = member.value.array ?? [member.value]
                constraints = list.compactMap(\.string)
                guard constraints.count == list.count else {
                    throw wrong(member, "rules as: second <= first")
                }
            case "space":
                guard let parameters = member.value.members else {
                    throw wrong(member, "settings with their ranges")
                }
                space = parameters
            default:
                throw KalsaeError(
                    "\(file): search", expected: "one of \(Self.keys.joined(separator: ", "))",
                    got: "\"\(member.key)\"",
                    advice: SpellingSuggestion.advice(member.key, in: Self.keys))
            }
        }
    }

    private static func number(_ value: JSONValue) -> Double? {
        (value.number ?? value.string.flatMap(Double.init)).flatMap { $0.isFinite ? $0 : nil }
    }
}
