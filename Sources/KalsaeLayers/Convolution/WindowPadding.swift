import KalsaeGraph
import KalsaeSupport

/// Padding of the input.
public enum WindowPadding: Hashable, Sendable {
    /// Nothing: windows stay inside.
    case valid
    /// As much as gives `⌈size / stride⌉` outputs; an odd element goes at the end (Keras's `same`).
    case same
    /// Given rows and columns.
    case explicit(Padding2D)

    /// The same number of elements on all sides.
    public static func all(_ size: Int) -> WindowPadding { .explicit(Padding2D(all: size)) }

    /// The rows and columns for an input of a size; none where a setting is impossible.
    func resolved(_ size: Pair, window: Pair, strides: Pair, dilations: Pair) -> Padding2D {
        switch self {
        case .valid: return .zero
        case .explicit(let padding): return padding
        case .same:
            let (top, bottom) = Self.same(
                size.height, window.height, strides.height, dilations.height)
            let (left, right) = Self.same(
                size.width, window.width, strides.width, dilations.width)
            return Padding2D(top: top, bottom: bottom, left: left, right: right)
        }
    }

    private static func same(
        _ size: Int, _ window: Int, _ stride: Int, _ dilation: Int
    ) -> (Int, Int) {
        let limit = 1 << 24
        guard size > 0, stride > 0, (1..<limit).contains(window), (1..<limit).contains(dilation),
            stride < limit, size < 1 << 40
        else { return (0, 0) }
        let outputs = (size - 1) / stride + 1
        let total = max((outputs - 1) * stride + (window - 1) * dilation + 1 - size, 0)
        return (total / 2, total - total / 2)
    }
}

extension WindowPadding: Codable {
    /// Reads `"valid"`, `"same"`, one number, or `[top, bottom, left, right]`.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let size = try? value.decode(Int.self) {
            self = .all(size)
        } else if let sizes = try? value.decode([Int].self), sizes.count == 4 {
            self = .explicit(
                Padding2D(top: sizes[0], bottom: sizes[1], left: sizes[2], right: sizes[3]))
        } else {
            switch try? value.decode(String.self) {
            case "valid": self = .valid
            case "same": self = .same
            case let other:
                throw KalsaeError(
                    "padding", expected: "valid, same, a number or [top, bottom, left, right]",
                    got: other ?? "something else")
            }
        }
    }

    /// Writes the form that is read.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .valid: try value.encode("valid")
        case .same: try value.encode("same")
        case .explicit(let sides):
            try value.encode([sides.top, sides.bottom, sides.left, sides.right])
        }
    }
}

extension Pair: ExpressibleByIntegerLiteral {
    /// The same number along height and width.
    public init(integerLiteral value: Int) { self.init(value, value) }
}

extension Pair {
    /// Whether both numbers are at least 1.
    var isPositive: Bool { height > 0 && width > 0 }
}

extension Padding2D: ExpressibleByIntegerLiteral {
    /// The same number of rows and columns on all four sides.
    public init(integerLiteral value: Int) { self.init(all: value) }
}
