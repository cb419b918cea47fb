/// An error that says what was expected, what was got, and what to do about it, in one line.
///
/// Everything in Kalsae that touches data, files, devices or settings throws this type, so that a
/// message reads the same wherever it comes from:
/// `train.csv: expected a column named "price", got columns "a", "b"; name one with --target`.
public struct KalsaeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What the error is about: a file, a column, an operation, a flag.
    public let subject: String
    /// The rule that was broken, as the thing that was expected.
    public let expected: String
    /// What was found instead.
    public let got: String
    /// What the reader can do; empty when the rule says it all.
    public let advice: String

    /// Makes an error from its four parts.
    public init(_ subject: String, expected: String, got: String, advice: String = "") {
        self.subject = subject
        self.expected = expected
        self.got = got
        self.advice = advice
    }

    /// The whole message on one line: control characters are escaped, and of a part that is very
    /// long, as a file that was taken for a name, the beginning is shown.
    public var description: String {
        let rule = "\(Self.line(subject)): expected \(Self.line(expected)), got \(Self.line(got))"
        return advice.isEmpty ? rule : "\(rule); \(Self.line(advice))"
    }

    /// The most characters of a part that are shown; the longest list of names has a third of it.
    private static let longestPart = 2000

    private static func line(_ part: String) -> String {
        guard part.utf8.count > longestPart, part.unicodeScalars.count > longestPart else {
            return part.printable
        }
        let beginning = String(part.unicodeScalars.prefix(longestPart)).printable
        return "\(beginning)… (\(part.utf8.count) bytes)"
    }
}
