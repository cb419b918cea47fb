import KalsaeSupport

/// What a callback may ask for; it happens once all callbacks of the boundary were called.
public struct TrainingControl {
    /// The learning rate, on which a schedule builds; a change acts from the next step on.
    public var learningRate: Double
    /// What the training has spent beside its steps, at the ends of epochs.
    public internal(set) var work = TrainingWork()
    /// Reads the norms of the last step; nil where they are not observed.
    var readNorms: (() -> [ParameterNorms])?
    private(set) var stop: TrainingStop?
    private(set) var rollback: (state: TrainingState, caller: Int)?
    private(set) var checkpoints: [(TrainingState) throws -> Void] = []
    private(set) var changes: [Change] = []

    /// Whether the training stays at this boundary.
    var isHeld = false

    /// A change of settings that was asked for.
    struct Change {
        var change: SettingChange
        var reason: String
        var answer: ((KalsaeError?) -> Void)?
    }

    /// Which callback is called at the moment.
    var caller = 0

    init(learningRate: Double) { self.learningRate = learningRate }

    /// Whether the trainer was made to tell ``norms``.
    public var observesNorms: Bool { readNorms != nil }

    /// The sizes of each parameter, its gradient and its update in the last step, of a trainer that
    /// was made with `observesNorms`; else none.
    public var norms: [ParameterNorms] { readNorms?() ?? [] }

    /// Ends the training here; the first reason counts.
    public mutating func stop(_ reason: String = "") { stop = stop ?? TrainingStop(reason) }

    /// Hands on the state of the training at this boundary, with all that callbacks changed.
    ///
    /// Taking it costs a copy of model and optimizer at the next step; the state may be written by
    /// another thread.
    public mutating func checkpoint(_ body: @escaping (TrainingState) throws -> Void) {
        checkpoints.append(body)
    }

    /// Changes a setting from the next step on; see ``SettingChange``.
    ///
    /// - Parameters:
    ///   - reason: who or what asks for it, for the record.
    ///   - answer: told nil once it was done, or why it cannot be; without it, `fit` throws that.
    public mutating func change(
        _ change: SettingChange, reason: String = "", answer: ((KalsaeError?) -> Void)? = nil
    ) {
        changes.append(Change(change: change, reason: reason, answer: answer))
    }

    /// Stays at this boundary: once what was asked for is done, the callback is called again.
    public mutating func hold() { isHeld = true }

    /// The learning rate with the changes that were asked for at this boundary.
    var askedLearningRate: Double {
        for asked in changes.reversed() {
            if case .setting(let name, .number(let rate)) = asked.change,
                SettingName.isLearningRate(name)
            {
                return rate
            }
        }
        return learningRate
    }

    /// Goes back to a state of this training: model, optimizer, position, history, rate.
    ///
    /// Settings become those of the state too; its interventions are then those of this training. A
    /// rate that is set afterwards counts. The memory of the callback that asks stays.
    public mutating func restore(_ state: TrainingState) {
        rollback = (state, caller)
        learningRate = state.progress.learningRate
    }
}
