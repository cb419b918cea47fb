import KalsaeSupport

/// The finished trials of a history as points in [0, 1]^d, from the best to the worst; kept up to
/// date by looking at what is new.
///
/// Complete trials come first, by loss or, of several objectives, by Pareto rank; then pruned ones,
/// those that came farther first; then failed ones. Of equals the earlier number comes first.
struct RankedTrials: Sendable {
    /// The number of coordinates of a point.
    private(set) var dimension = 0
    /// The points, one behind the other, in the order in which trials finished; NaN where a trial
    /// has no value that the space holds.
    private(set) var points: [Double] = []
    /// Indices of points, the best first.
    private(set) var order: [Int] = []
    /// The loss of the first objective of each; NaN of trials that are not complete.
    private(set) var losses: [Double] = []
    /// How many are complete, and how many pruned.
    private(set) var completeCount = 0
    private(set) var prunedCount = 0
    /// How many points have coordinates that are missing.
    private(set) var partialCount = 0
    /// The space version and the number of trials that this is of.
    private var version = 0
    private var taken = 0
    private var keys: [Key] = []

    /// What trials are ordered by.
    private struct Key: Sendable {
        let group: Int
        let first: Double
        let second: Double
        let number: Int

        static func isBefore(_ a: Key, _ b: Key) -> Bool {
            if a.group != b.group { return a.group < b.group }
            if a.first != b.first { return a.first < b.first }
            if a.second != b.second { return a.second < b.second }
            return a.number < b.number
        }
    }

    /// The point of an index.
    func point(_ index: Int) -> ArraySlice<Double> {
        points[index * dimension..<(index + 1) * dimension]
    }

    /// Takes over what is new in a history.
    mutating func update(_ history: TrialHistory, _ space: SearchSpace) {
        if version != space.version || taken > history.finished.count
            || dimension != space.parameters.count
        {
            self = RankedTrials()
            (version, dimension) = (space.version, space.parameters.count)
        }
        guard taken < history.finished.count else { return }
        let isSingle = history.directions.count == 1
        for number in history.finished[taken...] {
            let trial = history.trials[number]
            let point = space.point(of: trial.parameters)
            points += point
            if point.contains(where: \.isNaN) { partialCount += 1 }
            losses.append(history.loss(of: number) ?? .nan)
            if trial.state == .complete { completeCount += 1 }
            if trial.state == .pruned { prunedCount += 1 }
            keys.append(Self.key(trial, history))
            if isSingle { insert(keys.count - 1) }
        }
        taken = history.finished.count
        if !isSingle { rank(history) }
    }

    private static func key(_ trial: TrialRecord, _ history: TrialHistory) -> Key {
        let direction = history.directions.first ?? .minimize
        let (group, first, second): (Int, Double, Double) =
            switch trial.state {
            case .complete: (0, direction.loss(trial.values.first ?? .infinity), 0)
            case .pruned:
                (
                    1, -Double(trial.reports.last?.step ?? Int.min / 2),
                    trial.reports.last.map { direction.loss($0.value) }.flatMap {
                        $0.isNaN ? nil : $0
                    } ?? .infinity
                )
            case .failed, .running, .waiting: (2, 0, 0)
            }
        return Key(group: group, first: first, second: second, number: trial.number)
    }

    private mutating func insert(_ index: Int) {
        var (low, high) = (0, order.count)
        while low < high {
            let middle = (low + high) / 2
            if Key.isBefore(keys[order[middle]], keys[index]) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        order.insert(index, at: low)
    }

    /// Orders complete trials by Pareto rank, and within a rank by crowding distance.
    private mutating func rank(_ history: TrialHistory) {
        let complete = keys.indices.filter { keys[$0].group == 0 }
        let values = complete.compactMap { history.losses(of: keys[$0].number) }
        guard values.count == complete.count else { return }
        let fronts = ParetoOrder.fronts(values)
        var ranked = keys
        for (rank, front) in fronts.enumerated() {
            let crowding = ParetoOrder.crowding(values, front)
            for (member, distance) in zip(front, crowding) {
                let index = complete[member]
                ranked[index] = Key(
                    group: 0, first: Double(rank), second: -distance, number: keys[index].number)
            }
        }
        order = keys.indices.sorted { Key.isBefore(ranked[$0], ranked[$1]) }
    }
}
