/// How often each class was taken for which.
public struct ConfusionMatrix: Sendable, Hashable {
    /// The counts: row by row the actual class, in a row the predicted one.
    public let counts: [[Int]]

    /// Makes a matrix of counts; nil where it is not square.
    public init?(counts: [[Int]]) {
        guard !counts.isEmpty, counts.allSatisfy({ $0.count == counts.count }) else { return nil }
        self.counts = counts
    }

    /// The matrix of a metric's sums; nil where they are not those of one.
    public init?(sums: [Double]) {
        let size = Int(Double(sums.count).squareRoot().rounded())
        guard size > 0, size * size == sums.count, sums.allSatisfy(\.isFinite) else { return nil }
        counts = (0..<size).map { row in
            (0..<size).map { Int(exactly: sums[row * size + $0].rounded()) ?? 0 }
        }
    }

    /// The number of classes.
    public var classes: Int { counts.count }
    /// The number of rows counted.
    public var total: Int { counts.joined().reduce(0, +) }
    /// The share of rows on the diagonal.
    public var accuracy: Double {
        Self.ratio(counts.indices.reduce(0) { $0 + counts[$1][$1] }, total)
    }

    /// The mean recall of the classes that occur; NaN where there is no row.
    public var balancedAccuracy: Double {
        let present = counts.indices.filter { actual($0) > 0 }
        return present.reduce(0) { $0 + recall(of: $1) } / Double(present.count)
    }

    /// How many of those predicted as a class are of it; 0 where none is predicted.
    public func precision(of label: Int) -> Double { Self.ratio(hits(label), predicted(label)) }
    /// How many of a class are predicted as it; 0 where there is none.
    public func recall(of label: Int) -> Double { Self.ratio(hits(label), actual(label)) }
    /// 2 · hits / (predicted + actual): the harmonic mean of precision and recall.
    public func f1(of label: Int) -> Double {
        Self.ratio(2 * hits(label), predicted(label) + actual(label))
    }

    /// A value of one class, or the average that the settings ask for.
    func value(_ settings: FunctionSettings, of one: (Int) -> Double) -> Double {
        let label = settings[integer: "class"]
        if label >= 0 { return label < classes ? one(label) : .nan }
        if settings[integer: "average"] == Metric.Average.micro.rawValue { return accuracy }
        let present = counts.indices.filter { predicted($0) + actual($0) > 0 }
        return present.isEmpty ? .nan : present.reduce(0) { $0 + one($1) } / Double(present.count)
    }

    private func hits(_ label: Int) -> Int {
        counts.indices.contains(label) ? counts[label][label] : 0
    }
    /// The rows of a class.
    public func actual(_ label: Int) -> Int {
        counts.indices.contains(label) ? counts[label].reduce(0, +) : 0
    }
    /// The rows that are predicted as a class.
    public func predicted(_ label: Int) -> Int {
        counts.indices.contains(label) ? counts.reduce(0) { $0 + $1[label] } : 0
    }

    private static func ratio(_ part: Int, _ whole: Int) -> Double {
        whole > 0 ? Double(part) / Double(whole) : 0
    }
}
