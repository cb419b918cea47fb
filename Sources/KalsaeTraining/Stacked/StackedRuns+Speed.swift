import KalsaeBackend

extension StackedRuns {
    /// How many times as fast as one by one runs like one are, estimated from the operations of a step;
    /// below 1 they are better trained one by one.
    ///
    /// A lone step of a small network costs some microseconds beside its computation, and one core
    /// computes it; a stack divides the former among its members, and each core has a stack. A lone step
    /// of a large network is divided among the cores, which comes to a fifth less than steps side by
    /// side, as long as no core is idle for want of runs.
    ///
    /// - Parameters:
    ///   - run: one of the runs.
    ///   - count: how many there are.
    public static func speedup(for run: TrainingRun, count: Int) -> Double {
        guard count > 1, obstacle(run.data) == nil, run.recipe.augmentations.isEmpty,
            !run.recipe.logsGradients, run.recipe.microBatches == 1
        else { return 0 }
        return StackLayout(for: run, count: count).speedup(StepCost(run), count: count)
    }
}

extension StackLayout {
    /// Microseconds of a lone step beside its computation, of which a stack has as many for all its
    /// members, and of each member's step in a stack.
    private static let lone = 6.0, member = 1.5
    /// Operations from which on a second core takes part in a lone step, and from which on all cores do.
    private static let divided = 2e6, wide = 2e7
    /// What a lone step keeps of the speed of several cores.
    private static let efficiency = 0.8

    func speedup(_ cost: StepCost, count: Int) -> Double {
        let threads = Double(ComputeThread.threadCount)
        let share = min(max((cost.flops - Self.divided) / (Self.wide - Self.divided), 0), 1)
        let cores = max(1, 1 + share * (threads * Self.efficiency - 1))
        let alone = Double(count) * (Self.lone + cost.microseconds / cores)
        let rounds = Double((count + stacks - 1) / stacks)
        let stacked =
            rounds * (cost.microseconds + Self.member + Self.lone / Double(width))
        return alone / stacked
    }
}
