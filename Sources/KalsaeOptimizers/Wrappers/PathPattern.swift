import KalsaeTensor

/// Names of parameters by a pattern: `*` stands for any number of characters, dots too.
///
/// `"*.bias"` are all biases, `"encoder.*"` is all that the encoder has, `"*"` everything.
public struct PathPattern: Sendable, Hashable, Codable, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    /// The pattern as text.
    public let text: String

    /// Makes a pattern.
    public init(_ text: String) { self.text = text }
    /// Makes a pattern.
    public init(stringLiteral text: String) { self.text = text }

    /// The text.
    public var description: String { text }

    /// Whether a path has such a name.
    public func matches(_ path: TensorPath) -> Bool { matches(path.name) }

    /// Whether a name fits.
    public func matches(_ name: String) -> Bool {
        let (pattern, name) = (Array(text.utf8), Array(name.utf8))
        let star = UInt8(ascii: "*")
        var (place, next) = (0, 0)
        // Where the last star stands, and where in the name it ends so far.
        var retry: (place: Int, next: Int)?
        while next < name.count {
            if place < pattern.count, pattern[place] == star {
                retry = (place + 1, next)
                place += 1
            } else if place < pattern.count, pattern[place] == name[next] {
                (place, next) = (place + 1, next + 1)
            } else if let last = retry {
                retry = (last.place, last.next + 1)
                (place, next) = (last.place, last.next + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == star }
    }
}
