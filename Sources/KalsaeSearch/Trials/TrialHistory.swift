/// All trials of a study as one process knows them, which is what samplers and pruners learn from.
public struct TrialHistory: Sendable {
    /// The directions of the objectives.
    public let directions: [Direction]
    /// The trials by number.
    public private(set) var trials: [TrialRecord] = []
    /// The numbers of finished trials, in the order in which they came in; they never change.
    public private(set) var finished: [Int] = []
    /// The numbers of trials that run, by number.
    public private(set) var running: [Int] = []
    /// The numbers of trials that wait, by number.
    public private(set) var waiting: [Int] = []

    /// The number of trials that were taken from other studies.
    public private(set) var foreignCount = 0
    /// The number of the complete trial that is best by the first objective; of equals the first.
    public private(set) var best: Int?

    /// A history without trials.
    public init(directions: [Direction] = [.minimize]) { self.directions = directions }

    /// The number of trials.
    public var count: Int { trials.count }

    /// The first number whose trial is not finished, or not there.
    var firstOpen: Int {
        min(running.first ?? trials.count, waiting.first ?? trials.count)
    }

    /// Adds the next trial, or takes over what is new of a known one. A finished trial stays as it
    /// is; a number beyond the next is left out.
    public mutating func put(_ trial: TrialRecord) {
        let number = trial.number
        if number == trials.count {
            trials.append(trial)
            if !trial.source.isEmpty { foreignCount += 1 }
            list(trial)
        } else if number < trials.count, number >= 0, !trials[number].state.isFinished {
            let before = trials[number].state
            trials[number] = trial
            guard before != trial.state else { return }
            if before == .running { Self.remove(number, from: &running) }
            if before == .waiting { Self.remove(number, from: &waiting) }
            list(trial)
        }
    }

    private mutating func list(_ trial: TrialRecord) {
        switch trial.state {
        case .running: Self.insert(trial.number, into: &running)
        case .waiting: Self.insert(trial.number, into: &waiting)
        case .pruned, .failed: finished.append(trial.number)
        case .complete:
            finished.append(trial.number)
            guard let loss = loss(of: trial.number) else { return }
            if let best, let least = self.loss(of: best), least < loss { return }
            if let best, self.loss(of: best) == loss, best < trial.number { return }
            best = trial.number
        }
    }

    private static func remove(_ number: Int, from numbers: inout [Int]) {
        if let index = numbers.firstIndex(of: number) { numbers.remove(at: index) }
    }

    private static func insert(_ number: Int, into numbers: inout [Int]) {
        let index = numbers.lastIndex { $0 < number }.map { $0 + 1 } ?? 0
        numbers.insert(number, at: index)
    }

    /// The losses of a complete trial, less being better; nil of others.
    public func losses(of number: Int) -> [Double]? {
        let trial = trials[number]
        guard trial.state == .complete, trial.values.count == directions.count else { return nil }
        return zip(directions, trial.values).map { $0.loss($1) }
    }

    /// The loss of a complete trial by the first objective; nil of others.
    @inline(__always) public func loss(of number: Int) -> Double? {
        guard trials[number].state == .complete, let value = trials[number].values.first else {
            return nil
        }
        return directions.first.map { $0.loss(value) }
    }
}
