import GRDB
import Glibc

/// Numbers and times as Optuna stores them.
enum OptunaValue {
    /// The column of a value and the word for what the column cannot hold.
    static func stored(_ value: Double) -> (value: Double?, type: String) {
        if value.isNaN { return (nil, "NAN") }
        if value.isFinite { return (value, "FINITE") }
        return (nil, value > 0 ? "INF_POS" : "INF_NEG")
    }

    static func read(_ value: DatabaseValue, _ type: DatabaseValue) -> Double {
        switch String.fromDatabaseValue(type) {
        case "INF_POS": .infinity
        case "INF_NEG": -.infinity
        case "NAN": .nan
        default: Double.fromDatabaseValue(value) ?? .nan
        }
    }

    /// Local time, as in `2026-03-01 09:05:00.250000`; nil for 0.
    static func text(_ milliseconds: Int) -> String? {
        guard milliseconds > 0 else { return nil }
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        var bytes = [CChar](repeating: 0, count: 64)
        let length = strftime(&bytes, bytes.count, "%Y-%m-%d %H:%M:%S", &parts)
        let fraction = String(1000 + milliseconds % 1000).dropFirst()
        let whole = String(
            decoding: bytes.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(whole).\(fraction)000"
    }

    /// Milliseconds since 1970; 0 for no time.
    static func milliseconds(_ text: String?) -> Int {
        let fields = (text ?? "").split { "-: ".contains($0) }
        let numbers = fields.prefix(5).compactMap { Int32($0) }
        guard numbers.count == 5, fields.count == 6, let seconds = Double(fields[5]),
            (0..<62).contains(seconds), (1970...9999).contains(numbers[0])
        else { return 0 }
        var parts = tm()
        (parts.tm_year, parts.tm_mon) = (numbers[0] &- 1900, numbers[1] &- 1)
        (parts.tm_mday, parts.tm_hour, parts.tm_min) = (numbers[2], numbers[3], numbers[4])
        parts.tm_isdst = -1
        return Int(mktime(&parts)) * 1000 + Int((seconds * 1000).rounded())
    }

    static func word(_ state: TrialState) -> String {
        switch state {
        case .waiting: "WAITING"
        case .running: "RUNNING"
        case .complete: "COMPLETE"
        case .pruned: "PRUNED"
        case .failed: "FAIL"
        }
    }

    static func state(_ word: String) -> TrialState? {
        TrialState.allCases.first { self.word($0) == word }
    }
}
