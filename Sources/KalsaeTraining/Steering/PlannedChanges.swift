import KalsaeLayers

extension TrainingRun {
    /// Throws where changes of settings that are planned cannot be made; nothing is trained.
    ///
    /// - Parameter state: where the training goes on; nil to begin.
    public func check(_ planned: [Intervention], from state: TrainingState?) throws {
        guard !planned.isEmpty else { return }
        try TrainingLoop<Sequential>.check(
            planned, after: state?.progress.fit?.interventions ?? [], model: model,
            optimizer: try recipe.makeOptimizer())
    }
}

extension TextRun {
    /// Throws where changes of settings that are planned cannot be made; nothing is trained.
    ///
    /// - Parameter state: where the training goes on; nil to begin.
    public func check(_ planned: [Intervention], from state: TrainingState?) throws {
        guard !planned.isEmpty else { return }
        try TrainingLoop<Sequential>.check(
            planned, after: state?.progress.fit?.interventions ?? [], model: model,
            optimizer: try recipe.makeOptimizer())
    }
}
