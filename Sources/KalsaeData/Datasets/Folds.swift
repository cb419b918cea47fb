import KalsaeSupport

/// Splits for cross-validation: each row tests in exactly one of them, and trains in the others.
public struct Folds: Sendable, Equatable {
    /// One of the splits.
    public struct Fold: Sendable, Equatable {
        /// Rows to train on, ascending.
        public let train: [Int]
        /// Rows to test on, ascending.
        public let test: [Int]

        package init(train: [Int], test: [Int]) { (self.train, self.test) = (train, test) }
    }

    /// The splits.
    public let all: [Fold]

    /// `count` folds of `rows` examples at random, by seed.
    ///
    /// With `classes` each has its share of every class, give or take one; with `groups` the rows
    /// of a group are in one fold.
    ///
    /// - Throws: a `KalsaeError` for fewer than two folds, or fewer rows or groups than folds.
    public init(
        rows: Int, count: Int, classes: [Int32]? = nil, groups: [Int32]? = nil, seed: UInt64
    ) throws(KalsaeError) {
        try Self.check(rows: rows, count: count)
        if let groups, Set(groups).count < count {
            let got = Set(groups).count
            throw KalsaeError(
                "--group", expected: "at least \(count) groups for \(count) folds", got: "\(got)",
                advice: got > 1 ? "--folds \(got)" : "another column marks groups, or none does")
        }
        var foldOfRow = [Int](repeating: 0, count: rows)
        if let groups {
            foldOfRow = try GroupAssignment.parts(
                groups: groups, classes: classes,
                shares: [Double](repeating: 1 / Double(count), count: count), seed: seed)
        } else {
            var generator = Philox(seed: seed, stream: RandomStream.split)
            var order = Array(0..<rows)
            generator.shuffle(&order)
            if let classes {
                order = order.indices.sorted { (classes[order[$0]], $0) < (classes[order[$1]], $1) }
                    .map { order[$0] }
            }
            // Dealt like cards, so that a class goes on where the one before ended.
            for (index, row) in order.enumerated() { foldOfRow[row] = index % count }
        }
        all = (0..<count).map { fold in
            Fold(
                train: (0..<rows).filter { foldOfRow[$0] != fold },
                test: (0..<rows).filter { foldOfRow[$0] == fold })
        }
    }

    /// `count` folds by time: the rows in `count + 1` blocks, each but the first tested on what all
    /// before it taught, rows of one time in one block. The first block never tests.
    public init(times: [Double], count: Int) throws(KalsaeError) {
        try Self.check(rows: times.count, count: count)
        guard times.count >= 3 * (count + 1) else {
            throw KalsaeError(
                "folds",
                expected: "at least \(3 * (count + 1)) rows for \(count.counting("fold")) by time",
                got: "\(times.count)")
        }
        let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        let starts = order.indices.dropFirst().filter {
            times[order[$0 - 1]] < times[order[$0]]
        }
        guard starts.count >= count else {
            throw KalsaeError(
                "--time", expected: "at least \(count + 1) different times for \(count) folds",
                got: "\(starts.count + 1)",
                advice: starts.count > 1
                    ? "--folds \(starts.count)" : "one network without --folds needs two")
        }
        // Each border is the start of a time nearest to equal blocks that leaves some for the others.
        var (borders, next) = ([0], 0)
        for block in 1...count {
            let ideal = block * order.count / (count + 1)
            let open = next...(starts.count - 1 - (count - block))
            let chosen = open.min { abs(starts[$0] - ideal) < abs(starts[$1] - ideal) } ?? next
            borders.append(starts[chosen])
            next = chosen + 1
        }
        borders.append(order.count)
        all = (1...count).map { block in
            Fold(
                train: order[..<borders[block]].sorted(),
                test: order[borders[block]..<borders[block + 1]].sorted())
        }
    }

    private static func check(rows: Int, count: Int) throws(KalsaeError) {
        guard count >= 2, rows >= count else {
            throw KalsaeError(
                "folds", expected: "from 2 folds to as many as there are rows (\(rows))",
                got: "\(count)")
        }
    }
}
