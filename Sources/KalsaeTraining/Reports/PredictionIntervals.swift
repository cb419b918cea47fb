import KalsaeFiles
import KalsaeSupport

/// Intervals around predicted numbers, from absolute errors on rows that training did not see
/// (conformal prediction: Vovk, Gammerman and Shafer, 2005).
///
/// Of n rows like these and a new one, the new one's error is among the k smallest with probability
/// k / (n + 1) at least, whatever the errors' distribution is.
public struct PredictionIntervals: Sendable, Equatable {
    /// The rows whose errors they are.
    public let count: Int
    /// Errors in the target's units, ascending: all, or of many some at equal distances of rank.
    let errors: [Double]

    /// The most errors that are kept.
    static let mostKept = 2001

    /// Keeps errors, signed or not; nil where there are none, or one is not finite.
    package init?(_ errors: [Double]) {
        guard !errors.isEmpty, errors.allSatisfy(\.isFinite) else { return nil }
        let sorted = errors.map(\.magnitude).sorted()
        count = sorted.count
        self.errors = (0..<min(sorted.count, Self.mostKept)).map {
            sorted[Self.rank($0, of: sorted.count)]
        }
    }

    /// The rank, from 0, of a kept error.
    private static func rank(_ position: Int, of count: Int) -> Int {
        let kept = min(count, mostKept)
        return kept < 2 ? 0 : position * (count - 1) / (kept - 1)
    }

    /// Whether the rows are enough for a level.
    func tells(_ level: Double) -> Bool { Double(count + 1) * level <= Double(count) }

    /// Half of the width of an interval that is to hold a share of new rows.
    ///
    /// - Throws: a `KalsaeError` for a level that is not between 0 and 1, or that so few rows cannot
    ///   tell.
    public func halfWidth(_ level: Double) throws(KalsaeError) -> Double {
        guard level > 0, level < 1 else {
            throw KalsaeError(
                "interval", expected: "a level between 0 and 1, as .9", got: "\(level)")
        }
        guard tells(level) else {
            throw KalsaeError(
                "interval",
                expected: "at most \(Double(count) / Double(count + 1)), which "
                    + "\(count.counting("row")) can tell", got: "\(level)",
                advice: "ask for a lower level, or train with more rows")
        }
        let rank = Int((Double(count + 1) * level).rounded(.up)) - 1
        let position = errors.indices.first { Self.rank($0, of: count) >= rank }
        return errors[position ?? errors.count - 1]
    }

    /// The interval of a level, and how many rows lie within.
    func measured(
        _ level: Double, _ predictions: [Double], _ targets: [Double]
    ) throws(KalsaeError) -> ValueReport.Interval {
        let width = try halfWidth(level)
        // Targets went through float32: a hair beyond the border is on it.
        let inside = zip(predictions, targets).count {
            ($0 - $1).magnitude <= width * (1 + 1e-6)
        }
        return ValueReport.Interval(
            level: level, halfWidth: width,
            coverage: targets.isEmpty ? nil : Double(inside) / Double(targets.count),
            rows: targets.count)
    }
}

extension PredictionIntervals {
    /// Reads what ``json`` wrote.
    package init?(json: JSONValue) {
        guard let count = json["rows"]?.integer, let list = json["errors"]?.array else {
            return nil
        }
        let errors = list.compactMap(\.number)
        guard count > 0, errors.count == list.count, errors.count == min(count, Self.mostKept),
            errors.allSatisfy({ $0.isFinite && $0 >= 0 }),
            zip(errors, errors.dropFirst()).allSatisfy({ $0 <= $1 })
        else { return nil }
        (self.count, self.errors) = (count, errors)
    }

    /// As a part of a model's metadata.
    package var json: JSONValue {
        // Seven digits are those of float32.
        let list = errors.map { JSONValue.float(Float($0)) }
        return ["rows": .integer(count), "errors": .array(list)]
    }
}
