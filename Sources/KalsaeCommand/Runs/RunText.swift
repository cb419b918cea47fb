import KalsaeFiles
import KalsaeRuns
import KalsaeTraining

/// Runs and times in words that fit into a terminal.
enum RunText {
    /// The columns of a narrow terminal.
    static let width = 80

    /// Text on one line, cut to a number of columns.
    static func cut(_ text: String, to columns: Int) -> String {
        DisplayWidth.cut(text.printable, to: columns)
    }

    /// Milliseconds since 1970 as in `2026-03-01 09:05`, UTC.
    static func time(_ milliseconds: Int) -> String {
        String(Timestamp.text(milliseconds).prefix(16)).replacing("T", with: " ")
    }

    /// Milliseconds in the two largest units that they have.
    static func duration(_ milliseconds: Int?) -> String {
        guard let milliseconds else { return "-" }
        let seconds = milliseconds / 1000
        switch seconds {
        case ..<1: return "\(milliseconds) ms"
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(seconds / 60) m \(seconds % 60) s"
        case ..<86_400: return "\(seconds / 3600) h \(seconds / 60 % 60) m"
        default: return "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
        }
    }

    /// A number with the digits that tell.
    static func number(_ value: Double) -> String { value.isFinite ? value.short : "\(value)" }

    /// A value of a configuration: texts without their quotes.
    static func value(_ json: JSONValue?) -> String {
        guard let json else { return "-" }
        return json.string ?? json.text
    }

    /// The leaves of a configuration, each with the path of its keys: `optimizer.learningRate`.
    static func leaves(_ configuration: JSONValue) -> [(path: String, value: JSONValue)] {
        var leaves: [(String, JSONValue)] = []
        var waiting: [(String, JSONValue)] = [("", configuration)]
        while let (path, value) = waiting.popLast() {
            guard let members = value.members, !members.isEmpty else {
                if !path.isEmpty { leaves.append((path, value)) }
                continue
            }
            for member in members.reversed() {
                waiting.append((path.isEmpty ? member.key : "\(path).\(member.key)", member.value))
            }
        }
        return leaves
    }
}
