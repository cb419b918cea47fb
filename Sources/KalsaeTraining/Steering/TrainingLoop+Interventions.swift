import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport

/// Names of settings that are not those of an optimizer or layer.
enum SettingName {
    static let learningRate = "learningRate"
    static let optimizer = "optimizer."

    /// Whether it is the learning rate, which is one of the optimizer's settings too.
    static func isLearningRate(_ name: String) -> Bool {
        name == learningRate || name == optimizer + learningRate
    }
}

/// What a training is made of where settings change in flight: plain values, so that a list of
/// changes can be made anew from the beginning.
struct Configuration {
    /// The layers; nil where the model was not built from specifications.
    var layers: [LayerSpec]?
    var optimizer: any Optimizer
    var schedule: LearningRateSchedule?

    /// Changes a setting, but for the learning rate.
    mutating func make(_ change: SettingChange) throws {
        switch change {
        case .setting(let name, let value):
            if name.hasPrefix(SettingName.optimizer) {
                let setting = String(name.dropFirst(SettingName.optimizer.count))
                optimizer = try OptimizerSpec(optimizer)
                    .replacing(setting: setting, with: value).optimizer()
            } else if let layers {
                let path = name.split(separator: ".", omittingEmptySubsequences: false)
                self.layers = try layers.replacing(path.map(String.init)[...], with: value)
            } else {
                throw KalsaeError(
                    "setting", expected: "learningRate or optimizer.NAME", got: "\"\(name)\"",
                    advice: "settings of layers can change where a network is built from them")
            }
        case .schedule(let schedule):
            try schedule?.check()
            self.schedule = schedule
        case .skip: return
        }
    }
}

extension TrainingLoop {
    /// Makes a change at this boundary, and notes it.
    ///
    /// - Throws: a `KalsaeError` where there is no such setting, its value breaks its rule, or shapes
    ///   would change; nothing has changed then.
    func intervene(_ change: SettingChange, reason: String) throws {
        let intervention = Intervention(step: progress.steps, change, reason: reason)
        if case .setting(let name, let value) = change, SettingName.isLearningRate(name) {
            learningRate = try Self.rate(value)
        } else {
            try make(change)
            try step.leader?.send(.change(intervention))
        }
        progress.interventions = (progress.interventions ?? []) + [intervention]
        for index in callbacks.indices { try callbacks[index].onIntervention(intervention) }
    }

    /// Makes a change of anything but the learning rate.
    func make(_ change: SettingChange) throws {
        var changed = configuration
        try changed.make(change)
        try configure(changed)
    }

    /// Throws where changes of settings cannot be made in turn: nothing is trained.
    ///
    /// - Parameters:
    ///   - changes: those to make.
    ///   - state: where the training goes on, with the changes that it had; nil to begin.
    static func check(
        _ changes: [Intervention], from state: TrainingState?, model: Sequential,
        _ recipe: Recipe
    ) throws where Model == Sequential {
        guard !changes.isEmpty else { return }
        let done = state?.progress.fit?.interventions ?? []
        let optimizer = try recipe.makeOptimizer()
        var configuration = Configuration(layers: model.spec, optimizer: optimizer)
        let slots = OptimizerState(for: model, optimizer).tensors.map(\.tensor.type)
        for (index, intervention) in (done + changes).enumerated() {
            if case .setting(let name, let value) = intervention.change,
                SettingName.isLearningRate(name)
            {
                _ = try rate(value)
                continue
            }
            try configuration.make(intervention.change)
            guard index >= done.count else { continue }
            var now = model
            if let layers = configuration.layers, layers != model.spec, let input = model.inputShape
            {
                now = try rebuilt(model, layers, input)
            }
            let fresh = OptimizerState(for: now, configuration.optimizer)
            try TrainingStep<Model>.checkSlots(slots, are: fresh.tensors.map(\.tensor.type))
            try configuration.optimizer.check(for: now)
        }
    }

    private static func rate(_ value: SettingValue) throws(KalsaeError) -> Double {
        guard case .number(let rate) = value else {
            throw KalsaeError(SettingName.learningRate, expected: "a number", got: "\(value)")
        }
        try LearningRate.check(rate)
        return rate
    }

    /// Makes the planned changes that belong behind the last step.
    func makePlannedChanges() throws {
        while let next = planned.dropFirst(progress.planned ?? 0).first,
            next.step <= progress.steps
        {
            progress.planned = (progress.planned ?? 0) + 1
            try intervene(next.change, reason: next.reason)
        }
    }

    /// Goes back to what the training was made of after a list of changes.
    func configure(after interventions: [Intervention]) throws {
        guard interventions != progress.interventions ?? [] else { return }
        try reconfigure(after: interventions)
        try step.leader?.send(.configure(interventions))
    }

    /// The same, whatever was changed before: ranks above 0 keep no list of changes.
    func reconfigure(after interventions: [Intervention]) throws {
        var changed = initialConfiguration
        for intervention in interventions where !intervention.change.isOfRate {
            try changed.make(intervention.change)
        }
        try configure(changed)
    }

    /// Whether a batch is to be left out.
    func isSkipped(_ position: BatchPosition) -> Bool {
        guard let interventions = progress.interventions else { return false }
        return interventions.contains {
            if case .skip(let skipped) = $0.change {
                skipped.epoch == position.epoch && skipped.batch == position.batch
            } else {
                false
            }
        }
    }

    private func configure(_ changed: Configuration) throws {
        var model: Model?
        if let layers = changed.layers, layers != configuration.layers {
            model = try rebuilt(layers)
        }
        try step.reconfigure(model: model, optimizer: changed.optimizer)
        configuration = changed
        rateIsStale = true
        replayStart = nil
    }

    /// The model of other layers with the tensors of this one.
    private func rebuilt(_ layers: [LayerSpec]) throws -> Model {
        guard let now = step.model as? Sequential, let input = now.inputShape else {
            return step.model
        }
        guard let model = try Self.rebuilt(now, layers, input) as? Model else { return step.model }
        return model
    }

    private static func rebuilt(
        _ now: Sequential, _ layers: [LayerSpec], _ input: Shape
    ) throws -> Sequential {
        try NamedTensors(now).restored(
            into: try Sequential(layers, input: input),
            subject: "a setting that changes no shapes")
    }
}

extension SettingChange {
    /// Whether it is about the learning rate alone.
    fileprivate var isOfRate: Bool {
        if case .setting(let name, _) = self {
            SettingName.isLearningRate(name)
        } else {
            false
        }
    }
}
