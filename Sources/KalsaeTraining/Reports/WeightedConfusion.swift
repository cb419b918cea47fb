/// Sums of rows' weights by their class and the one they were taken for.
struct WeightedConfusion {
    /// Row by row the actual class, in a row the predicted one.
    private(set) var sums: [[Double]]

    init(classes: Int) {
        sums = [[Double]](repeating: [Double](repeating: 0, count: classes), count: classes)
    }

    /// Adds a row.
    mutating func add(_ weight: Double, actual: Int, predicted: Int) {
        sums[actual][predicted] += weight
    }

    /// The weight of a class's rows.
    func actual(_ label: Int) -> Double { sums[label].reduce(0, +) }
    /// The weight of the rows that were taken for a class.
    func predicted(_ label: Int) -> Double { sums.reduce(0) { $0 + $1[label] } }
    /// The share of those taken for a class that is of it; 0 where there are none.
    func precision(of label: Int) -> Double { Self.ratio(sums[label][label], predicted(label)) }
    /// The share of a class that was taken for it; 0 where it has no rows.
    func recall(of label: Int) -> Double { Self.ratio(sums[label][label], actual(label)) }
    /// The harmonic mean of both.
    func f1(of label: Int) -> Double {
        Self.ratio(2 * sums[label][label], predicted(label) + actual(label))
    }

    /// The share on the diagonal.
    var accuracy: Double {
        let total = sums.indices.reduce(0) { $0 + actual($1) }
        return Self.ratio(sums.indices.reduce(0) { $0 + sums[$1][$1] }, total)
    }

    /// The mean recall of the classes that occur.
    var balancedAccuracy: Double {
        let present = sums.indices.filter { actual($0) > 0 }
        return present.reduce(0) { $0 + recall(of: $1) } / Double(present.count)
    }

    private static func ratio(_ part: Double, _ whole: Double) -> Double {
        whole > 0 ? part / whole : 0
    }
}
