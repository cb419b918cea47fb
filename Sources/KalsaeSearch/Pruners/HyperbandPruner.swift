import KalsaeSupport

/// Successive halving with several first rungs at once, since nobody knows how early trials may be
/// judged: a trial belongs to a bracket, which begins to halve later than the one before.
///
/// Source: Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar, "Hyperband" (2018).
public struct HyperbandPruner: Pruner {
    /// "hyperband".
    public let name = "hyperband"
    /// The step of the first rung of bracket 0.
    public let least: Int
    /// The steps of a whole trial.
    public let greatest: Int
    /// η: of so many trials one goes on.
    public let factor: Int
    /// The number of brackets.
    public let bracketCount: Int

    /// A pruner for trials of up to `greatest` steps.
    public init(least: Int = 1, greatest: Int, factor: Int = 3) {
        self.least = max(1, least)
        self.factor = max(2, factor)
        self.greatest = max(self.least, greatest)
        var (count, steps) = (1, self.least)
        while steps <= self.greatest / self.factor {
            steps *= self.factor
            count += 1
        }
        bracketCount = count
    }

    /// The bracket of a trial: so many trials in each that all brackets cost about the same.
    ///
    /// Bracket s of s_max has ⌈(s_max + 1) / (s + 1) · η^s⌉ of the trials, s counted from the one
    /// that never halves.
    public func bracket(of number: Int) -> Int {
        let sizes = (0..<bracketCount).map { bracket -> Double in
            let s = Double(bracketCount - 1 - bracket)
            return (Double(bracketCount) / (s + 1) * power(Double(factor), s)).rounded(.up)
        }
        var random = Philox(seed: 0x4b, stream: 0xb4ac, step: UInt64(max(0, number)))
        var left = random.nextUniform() * sizes.reduce(0, +)
        for (bracket, size) in sizes.enumerated() {
            left -= size
            if left < 0 { return bracket }
        }
        return bracketCount - 1
    }

    /// Whether the trial falls behind in its bracket.
    public func shouldPrune(_ trial: TrialRecord, in history: TrialHistory) -> Bool {
        // A trial at its last step is whole.
        guard let step = trial.reports.last?.step, step < greatest else { return false }
        let bracket = bracket(of: trial.number)
        let halving = SuccessiveHalvingPruner(first: least, factor: factor, skippedRungs: bracket)
        let others = history.trials.filter { self.bracket(of: $0.number) == bracket }
        return halving.shouldPrune(trial, among: others, history)
    }
}
