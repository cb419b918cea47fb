import KalsaeSupport

/// A partition of examples into training, validation and test parts, by seed.
public struct Split: Sendable, Equatable {
    /// The shares of validation and test; training takes the rest.
    public struct Fractions: Sendable, Equatable {
        /// The share for validation, 0 to less than 1.
        public let validation: Double
        /// The share for the test, 0 to less than 1.
        public let test: Double

        /// 70 % training, 15 % validation, 15 % test.
        public static let standard = Fractions(validation: 0.15, test: 0.15)

        /// Shares of which something is left for training.
        public init(validation: Double, test: Double) {
            self.validation = validation
            self.test = test
        }

        /// Shares as in `80/10/10`, for training, validation and test, or `80/20`, for training and
        /// test: those that training does not get, `validation` nil where it has none of its own.
        ///
        /// - Throws: a `KalsaeError` for anything that does not add up to 100 or 1, and where nothing
        ///   is left for training.
        public static func shares(
            parsing text: String
        ) throws(KalsaeError) -> (validation: Double?, test: Double) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            let numbers = parts.compactMap { Double($0) }
            let sum = numbers.reduce(0, +)
            guard (2...3).contains(parts.count), numbers.count == parts.count,
                numbers.allSatisfy({ $0 >= 0 }), numbers[0] > 0,
                abs(sum - 100) < 1e-6 || abs(sum - 1) < 1e-6
            else {
                throw KalsaeError(
                    "--split", expected: "shares that add up to 100, as in 80/10/10 or 80/20",
                    got: "\"\(text)\"")
            }
            return (numbers.count == 3 ? numbers[1] / sum : nil, numbers[numbers.count - 1] / sum)
        }
    }

    /// Rows to train on, ascending.
    public let train: [Int]
    /// Rows to validate on, ascending.
    public let validation: [Int]
    /// Rows to test on, ascending.
    public let test: [Int]

    /// A split by its parts.
    public init(train: [Int], validation: [Int], test: [Int]) {
        self.train = train
        self.validation = validation
        self.test = test
    }

    /// Splits examples by time: the oldest train, the newest test, and those of one moment stay
    /// together, where that leaves some for each part with a share.
    public init(times: [Double], fractions: Fractions = .standard) throws(KalsaeError) {
        try Self.check(fractions, count: times.count)
        let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        func size(_ share: Double) -> Int {
            share == 0 ? 0 : max(1, Int((Double(times.count) * share).rounded()))
        }
        func moved(_ border: Int, from least: Int) -> Int {
            guard border > least, border < order.count else { return border }
            var moved = border
            while moved > least, times[order[moved - 1]] == times[order[moved]] { moved -= 1 }
            return moved > least ? moved : border
        }
        let testStart = moved(
            order.count - min(size(fractions.test), order.count - 2), from: 1)
        let start = max(1, testStart - size(fractions.validation))
        let validationStart = fractions.validation == 0 ? testStart : moved(start, from: 0)
        self.init(
            train: order[..<validationStart].sorted(),
            validation: order[validationStart..<testStart].sorted(),
            test: order[testStart...].sorted())
    }

    private static func check(_ fractions: Fractions, count: Int) throws(KalsaeError) {
        let shares = [fractions.validation, fractions.test]
        guard shares.allSatisfy({ $0 >= 0 && $0 < 1 }), shares[0] + shares[1] < 1 else {
            throw KalsaeError(
                "split", expected: "shares from 0 that leave some for training",
                got: "\(shares[0]) for validation and \(shares[1]) for the test")
        }
        guard count >= 3 else {
            throw KalsaeError("split", expected: "at least 3 examples", got: "\(count)")
        }
    }

    /// Splits `count` examples at random: every row falls into exactly one part.
    ///
    /// With `classes` (one an example) each class is split by the same shares, give or take one,
    /// and no class is missing from training. Parts with a share have at least one row. With
    /// `groups` (one an example) the rows of a group stay in one part, and shares and classes are
    /// as near as groups allow. Throws below three examples or groups, or when the shares leave
    /// nothing to train on.
    public init(
        count: Int, classes: [Int32]? = nil, groups: [Int32]? = nil,
        fractions: Fractions = .standard, seed: UInt64
    ) throws(KalsaeError) {
        try Self.check(fractions, count: count)
        let shares = [fractions.validation, fractions.test]
        if let groups {
            let wanted = [1 - shares[0] - shares[1], shares[0], shares[1]]
            let parts = try GroupAssignment.parts(
                groups: groups, classes: classes, shares: wanted, seed: seed)
            func rows(_ part: Int) -> [Int] { (0..<count).filter { parts[$0] == part } }
            self.init(train: rows(0), validation: rows(1), test: rows(2))
            return
        }
        var generator = Philox(seed: seed, stream: RandomStream.split)
        var groups = Self.groups(count: count, classes: classes)
        let totals = shares.map { share in
            share == 0 ? 0 : max(1, Int((Double(count) * share).rounded()))
        }
        var validation: [Int] = []
        var test: [Int] = []
        var train: [Int] = []
        var seen = 0
        for index in groups.indices {
            generator.shuffle(&groups[index])
            let group = groups[index]
            let sizes = totals.map { total in
                Self.share(of: total, at: seen + group.count, count)
                    - Self.share(of: total, at: seen, count)
            }
            seen += group.count
            let testSize = min(sizes[1], group.count - 1)
            let validationSize = min(sizes[0], group.count - 1 - testSize)
            test += group[..<testSize]
            validation += group[testSize..<(testSize + validationSize)]
            train += group[(testSize + validationSize)...]
        }
        self.init(
            train: train.sorted(), validation: validation.sorted(), test: test.sorted())
    }

    /// How many of `total` are given out once `seen` of `count` rows are through: rounding the sum
    /// rather than each class keeps the totals exact.
    private static func share(of total: Int, at seen: Int, _ count: Int) -> Int {
        Int((Double(total) * Double(seen) / Double(count)).rounded())
    }

    private static func groups(count: Int, classes: [Int32]?) -> [[Int]] {
        guard let classes else { return [Array(0..<count)] }
        var groups: [Int32: [Int]] = [:]
        for (row, label) in classes.prefix(count).enumerated() {
            groups[label, default: []].append(row)
        }
        return groups.keys.sorted().map { groups[$0] ?? [] }
    }
}

/// The random streams of this module, so that no two uses share numbers.
enum RandomStream {
    static let split: UInt64 = 0x5350_4c54
    static let digits: UInt64 = 0x4449_4754
}
