import KalsaeSupport
import Yams

/// A YAML document as the values of JSON, with the lines of its keys.
public struct YAMLText: Sendable {
    /// The document.
    public let value: JSONValue
    /// The line of a key, or of an element of a list, from 1, by its path, as in `data/target` and
    /// `network/0`.
    public let lines: [String: Int]

    private static let deepest = 64
    private static let most = 100_000

    /// Reads a document: plain scalars are what YAML 1.2 has, numbers keep `007` a text.
    ///
    /// - Parameters:
    ///   - text: one document; an empty text is null.
    ///   - subject: what errors name, as the path of a file.
    /// - Throws: a `KalsaeError` where it is none (with line and column), where a key stands twice, or
    ///   where it has more than 100,000 values or 64 levels.
    public init(_ text: String, subject: String) throws(KalsaeError) {
        let node: Node?
        do {
            node = try Yams.compose(
                yaml: text.hasPrefix("\u{feff}") ? String(text.dropFirst()) : text)
        } catch let error as YamlError {
            throw Self.fault(error, text, subject)
        } catch {
            throw KalsaeError(subject, expected: "YAML", got: "\(error)".printable)
        }
        var converter = Converter(subject: subject, left: Self.most)
        value =
            try node.map { node throws(KalsaeError) in
                try converter.value(node, "", depth: Self.deepest)
            } ?? .null
        lines = converter.lines
    }

    private struct Converter {
        let subject: String
        var left: Int
        var lines: [String: Int] = [:]

        mutating func value(_ node: Node, _ path: String, depth: Int) throws(KalsaeError)
            -> JSONValue
        {
            left -= 1
            guard left > 0, depth > 0 else {
                throw KalsaeError(
                    subject, expected: "at most \(YAMLText.most) values, \(YAMLText.deepest) deep",
                    got: "more")
            }
            switch node {
            case .scalar(let scalar): return YAMLText.value(scalar)
            case .sequence(let nodes):
                var list: [JSONValue] = []
                for (index, node) in nodes.enumerated() {
                    lines["\(path)/\(index)"] = node.mark?.line
                    list.append(try value(node, "\(path)/\(index)", depth: depth - 1))
                }
                return .array(list)
            case .mapping(let mapping):
                var members: [JSONValue.Member] = []
                for (key, node) in mapping {
                    guard let name = key.scalar?.string else {
                        throw KalsaeError(
                            subject, expected: "names as keys", got: "a list or object")
                    }
                    let inner = path.isEmpty ? name : "\(path)/\(name)"
                    lines[inner] = key.mark?.line
                    members.append(
                        JSONValue.Member(name, try value(node, inner, depth: depth - 1)))
                }
                return .object(members)
            case .alias:
                throw KalsaeError(subject, expected: "an anchor for each alias", got: "none")
            }
        }
    }

    /// What a scalar is: quoted ones are text.
    private static func value(_ scalar: Node.Scalar) -> JSONValue {
        let text = scalar.string
        guard scalar.style == .any || scalar.style == .plain else { return .string(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        let digits = text.drop { $0 == "-" || $0 == "+" }
        let hasLeadingZero =
            digits.count > 1 && digits.first == "0" && digits.dropFirst().first != "."
        guard let first = digits.first, first.isNumber || first == ".", !hasLeadingZero,
            text.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) })
        else { return .string(text) }
        if let whole = Int(text) { return .integer(whole) }
        // What is too large for a number stays the text that it is.
        guard let number = Double(text), number.isFinite else { return .string(text) }
        return .number(number)
    }

    /// What the parser says, with the line in front as in other messages.
    private static func fault(
        _ error: YamlError, _ text: String, _ subject: String
    ) -> KalsaeError {
        func fault(_ line: Int, expected: String = "YAML", _ got: String) -> KalsaeError {
            KalsaeError("\(subject):\(line)", expected: expected, got: got.printable)
        }
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            if let line = lineOfTab(in: text, before: mark.line) {
                return fault(line, expected: "spaces in front of a key", "a tab")
            }
            let rest = context.map { ", \($0.text) that begins on line \($0.mark.line)" } ?? ""
            return fault(mark.line, "at column \(mark.column): \(problem)\(rest)")
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
            return fault(
                context.mark.line, expected: "each key once in the object that begins here",
                "\(names) twice")
        default:
            let line = "\(error)".split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            return KalsaeError(subject, expected: "YAML", got: line.printable)
        }
    }

    /// The first line, at or up to two before another, whose leading blanks have a tab.
    private static func lineOfTab(in text: String, before last: Int) -> Int? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return (max(1, last - 2)...max(1, last)).first { number in
            guard number <= lines.count else { return false }
            let blanks = lines[number - 1].prefix { $0 == " " || $0 == "\t" }
            return blanks.contains("\t") && blanks.count < lines[number - 1].count
        }
    }
}
