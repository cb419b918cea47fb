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
        var (index, next) = (0, 0)
        // Where the last star stands, and where in the name it ends so far.
        var retry: (index: Int, next: Int)?
        while next < name.count {
            if index < pattern.count, pattern[index] == star {
                retry = (index + 1, next)
                index += 1
            } else if index < pattern.count, pattern[index] == name[next] {
                (index, next) = (index + 1, next + 1)
            } else if let last = retry {
                retry = (last.index, last.next + 1)
                (index, next) = (last.index, last.next + 1)
            } else {
                return false
            }
        }
        return pattern[index...].allSatisfy { $0 == star }
    }
}
