import KalsaeSupport

extension Study {
    /// The complete trial that is best by the first objective, as this process knows it.
    public var best: TrialRecord? {
        state.withLock { state in state.history.best.map { state.history.trials[$0] } }
    }

    /// The complete trials that no other dominates, by number.
    public func paretoFront() throws(KalsaeError) -> [TrialRecord] {
        let history = try history()
        let numbers = history.finished.filter { history.losses(of: $0) != nil }.sorted()
        let fronts = ParetoOrder.fronts(numbers.map { history.losses(of: $0) ?? [] })
        return (fronts.first ?? []).map { history.trials[numbers[$0]] }
    }

    /// The volume that the complete trials dominate, up to a point of values that are just too bad.
    public func hypervolume(reference: [Double]) throws(KalsaeError) -> Double {
        guard reference.count == directions.count else {
            throw KalsaeError(
                name, expected: "a reference of \(directions.count) values",
                got: "\(reference.count)")
        }
        let history = try history()
        return Hypervolume.of(
            history.finished.compactMap { history.losses(of: $0) },
            reference: zip(directions, reference).map { $0.loss($1) })
    }

    /// The parameters whose best values lie at an edge of their range.
    public func edgeWarnings() throws(KalsaeError) -> [EdgeWarning] {
        let history = try history()
        return EdgeWarning.warnings(history, space)
    }

    /// How much each parameter matters, the most important first; shares add up to 1.
    public func importance(
        by method: ImportanceMethod = .pedAnova
    ) throws(KalsaeError) -> [ParameterImportance] {
        try method.importance(in: try history(), space, seed: seed)
    }
}
