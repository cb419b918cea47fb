import KalsaeSupport
import KalsaeTensor

/// A pattern for the names of tensors: `*` stands for any characters, also none.
///
/// `conv2D*` matches `conv2D1.weight` and `conv2D2.bias`; `*.bias` all biases.
public struct NamePattern: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The pattern as it is written.
    public let description: String
    private let pieces: [Substring]

    /// Makes a pattern.
    public init(_ pattern: String) {
        description = pattern
        pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
    }

    /// Makes a pattern.
    public init(stringLiteral pattern: String) { self.init(pattern) }

    /// Whether a whole name matches.
    public func matches(_ name: String) -> Bool {
        guard let first = pieces.first, let last = pieces.last else { return name.isEmpty }
        guard pieces.count > 1 else { return name == description }
        guard name.count >= first.count + last.count, name.hasPrefix(first), name.hasSuffix(last)
        else { return false }
        // What stands between must come in order; the earliest place leaves most room.
        var rest = name.dropFirst(first.count).dropLast(last.count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let end = Self.end(of: piece, in: rest) else { return false }
            rest = rest[end...]
        }
        return true
    }

    private static func end(of piece: Substring, in text: Substring) -> String.Index? {
        var start = text.startIndex
        while start < text.endIndex {
            if text[start...].hasPrefix(piece) {
                return text.index(start, offsetBy: piece.count)
            }
            start = text.index(after: start)
        }
        return nil
    }
}

extension [NamePattern] {
    /// Whether any of the patterns matches.
    func matches(_ name: String) -> Bool { contains { $0.matches(name) } }

    /// The first pattern that matches none of the names.
    func firstWithout(_ names: [String]) -> NamePattern? {
        first { pattern in !names.contains { pattern.matches($0) } }
    }
}
