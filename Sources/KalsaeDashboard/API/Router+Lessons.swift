import KalsaeFiles
import KalsaeSupport

/// Lessons, each carried out by a process of its own: knobs may ask for more than a process can do.
extension Router {
    private static let names = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
    private static let numbers = Set("0123456789.eE+-")

    /// `/api/lessons`.
    func lessonList(_ request: DashboardRequest) throws -> JSONValue {
        let arguments = ["lesson", "--list", "--json", try Self.language(request)]
        return try lessonAnswer(to: arguments, seconds: 60, request)
    }

    /// `/api/lessons/NAME`.
    func lesson(_ name: String, _ request: DashboardRequest) throws -> JSONValue {
        guard !name.hasPrefix("-"), name.utf8.count <= 60, name.allSatisfy(Self.names.contains)
        else {
            throw HTTPFault(
                404, "lesson: expected one of the list, got \(name.prefix(40).debugDescription)")
        }
        var arguments = ["lesson", name, "--page", try Self.language(request)]
        var isWhole = false
        for (key, value) in request.target.query.sorted(by: { $0.key < $1.key }) {
            switch key {
            case "language": break
            case "theme":
                try Self.check(key, value, value == "light" || value == "dark", "light or dark")
                if value == "dark" { arguments.append("--dark") }
            case "whole":
                try Self.check(key, value, value == "0" || value == "1", "0 or 1")
                isWhole = value == "1"
            case "answer":
                let isList = value.utf8.count <= 1000 && value.allSatisfy(Self.isPartOfAnswer)
                try Self.check(key, value, isList, "numbers with commas between them")
                arguments.append("--answer=\(value)")
            default:
                let isName = !key.hasPrefix("-") && key.allSatisfy(Self.names.contains)
                try Self.check("knob", key, isName && key.utf8.count <= 40, "its name")
                let isNumber = !value.isEmpty && value.allSatisfy(Self.numbers.contains)
                try Self.check(key, value, isNumber && value.utf8.count <= 40, "a number")
                arguments.append("--set=\(key)=\(value)")
            }
        }
        if !isWhole { arguments.append("--short") }
        return try lessonAnswer(to: arguments, seconds: isWhole ? 600 : 60, request)
    }

    private func lessonAnswer(
        to arguments: [String], seconds: Int, _ request: DashboardRequest
    ) throws -> JSONValue {
        let bytes = try programs.output(arguments, seconds: seconds, for: request.presence)
        return try JSONValue(parsing: bytes, subject: "kalsae lesson")
    }

    private static func isPartOfAnswer(_ character: Character) -> Bool {
        character == "," || character == " " || numbers.contains(character)
    }

    static func language(_ request: DashboardRequest) throws -> String {
        let language = request.text("language") ?? "en"
        try check("language", language, language == "en" || language == "ko", "en or ko")
        return "--language=\(language)"
    }

    private static func check(
        _ name: String, _ value: String, _ isFit: Bool, _ expected: String
    ) throws {
        guard isFit else {
            throw HTTPFault(
                400, "\(name): expected \(expected), got \(value.prefix(40).debugDescription)")
        }
    }
}
