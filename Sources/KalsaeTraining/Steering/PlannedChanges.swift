import KalsaeLayers

extension TrainingRun {
    /// Throws where changes of settings that are planned cannot be made; nothing is trained.
    ///
    /// - Parameter state: where the training goes on; nil to begin.
    public func check(_ planned: [Intervention], from state: TrainingState?) throws {
        try TrainingLoop.check(planned, from: state, model: model, recipe)
    }
}

extension TextRun {
    /// Throws where changes of settings that are planned cannot be made; nothing is trained.
    ///
    /// - Parameter state: where the training goes on; nil to begin.
    public func check(_ planned: [Intervention], from state: TrainingState?) throws {
        try TrainingLoop.check(planned, from: state, model: model, recipe)
    }
}
