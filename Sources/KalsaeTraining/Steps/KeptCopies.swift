/// How many copies of model and optimizer a training is sure to keep beside those of its step.
struct KeptCopies {
    /// Of both.
    private(set) var states = 0
    /// Of the model alone.
    private(set) var models = 0

    /// - Parameters:
    ///   - steps: how many are to come.
    ///   - stepsPerEpoch: nil where they are not known.
    init(_ options: FitOptions, steps: Int, stepsPerEpoch: Int?) {
        guard steps > 0 else { return }
        let epoch = stepsPerEpoch ?? .max
        let replays = options.autopsyPath != nil
        // All begin as one, and part with the steps between them.
        if let rule = options.divergence {
            states = 1 + min((steps - 1) / rule.interval, replays ? 2 : 1)
        } else if options.restoresLastEpochOnDivergence {
            states = replays && steps > epoch ? 2 : 1
        } else if replays {
            states = 1
        }
        let (measured, isMany) = epoch.multipliedReportingOverflow(by: options.validationFrequency)
        if options.earlyStopping != nil, !isMany, steps > measured { models = 1 }
    }

    /// Those that come on top where a training goes on and holds some already.
    func resumed(hasBest: Bool) -> KeptCopies {
        var copies = self
        copies.states = min(states, 1)
        if hasBest { copies.models = 0 }
        return copies
    }

    /// Adds them to what a training needs.
    func add(to need: inout MemoryNeed, model: Int, optimizer: Int) {
        need.add("the best epoch's weights", models * model)
        need.add("steps to go back to", states * (model + optimizer))
        // Freed blocks do not fit together without gaps: 6 % were seen.
        if models + states > 0 { need.add("fragmentation", (model + optimizer) / 8) }
    }
}
