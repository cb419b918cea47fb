import KalsaeData
import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport
import KalsaeTraining

/// Makes the trainings of a plan's trials; data are read once for all trials that have the same.
final class TrialTraining {
    let plan: SearchPlan
    /// Processes that train beside this one, and itself.
    let workers: Int
    private var sources: [String: Source] = [:]
    private var memories: [String: Int] = [:]

    /// A training that can begin.
    struct Prepared {
        let configuration: TrainingConfiguration
        let train: Train
        let source: Source
        let recipe: Recipe
        let run: TrainingRun
        /// What its data are: trials with the same have the same rows.
        let key: String
    }

    init(_ plan: SearchPlan, workers: Int) { (self.plan, self.workers) = (plan, workers) }

    /// What decides the network and its training, and not which data are read how.
    private static let ofRecipe: Set<String> = [
        "network", "augment", "activation", "optimizer", "learning-rate", "schedule", "clip-norm",
        "weight-decay", "epochs", "steps", "batch", "order", "drop-last", "patience", "monitor",
        "class-weight", "log-gradients", "guard", "interventions", "checkpoint-every",
        "keep-checkpoints", "output",
        "threshold", "threads", "device", "precision", "standardize",
    ]

    /// The training of some parameters; throws where there can be none, before anything is computed.
    func prepare(_ parameters: Assignment) throws -> Prepared {
        var configuration = plan.training
        // A choice as the optimizer comes before what is inside of it.
        let names = parameters.names.enumerated().sorted { a, b in
            let (x, y) = (a.element.count { $0 == "." }, b.element.count { $0 == "." })
            return (x, a.offset) < (y, b.offset)
        }.map(\.element)
        for name in names where !TrialNetwork.isPart(name) {
            guard let value = parameters[name] else { continue }
            try configuration.change("\(name)=\(value)")
        }
        if let first = plan.objectives.first, first.isOfEpochs {
            configuration.complete("monitor", .string(first.name))
        }
        let (source, key) = try source(of: configuration)
        if let sizes = try TrialNetwork.sizes(parameters, for: source.parts) {
            configuration.replace("network", .string(sizes))
        }
        let train = try Self.parsed(configuration)
        try train.checkNumbers()
        let recipe = try train.recipe(for: source.parts)
        var run = try TrainingRun(recipe, data: source.parts)
        run.threshold = train.threshold
        try checkMemory(run, "\(key) \(recipe.network) \(recipe.batch) \(recipe.optimizer)")
        return Prepared(
            configuration: configuration, train: train, source: source, recipe: recipe, run: run,
            key: key)
    }

    /// Throws for a setting that no training has, a choice that it does not take, and for two that say
    /// the network.
    func checkNames(of space: SearchSpace) throws {
        let parts = space.names.filter(TrialNetwork.isPart)
        let network = space.names.first { $0 == "network" || $0.hasPrefix("network.") }
        if let part = parts.first, network != nil || plan.training.says("network") {
            throw KalsaeError(
                "--space", expected: "one way to say the network",
                got: "\(part) beside \(network ?? "--network")",
                advice: "leave \(part) or the network out")
        }
        let middle = space.middle
        let ofCall = [
            "name", "tag", "log", "output", "threads", "device", "precision", "checkpoint-every",
            "keep-checkpoints", "folds",
        ]
        if let name = space.names.first(where: ofCall.contains) {
            throw KalsaeError(
                "--space", expected: "settings of a training", got: name,
                advice: "trials cannot differ in it")
        }
        for parameter in space.parameters where !TrialNetwork.isPart(parameter.name) {
            var values = middle[parameter.name].map { [$0] } ?? []
            if case .choice(let options) = parameter.domain { values = Array(options.prefix(100)) }
            for value in values {
                var configuration = plan.training
                do {
                    try configuration.change("\(parameter.name)=\(value)")
                } catch {
                    throw KalsaeError(
                        "--space \(parameter.name)", expected: error.expected, got: error.got,
                        advice: error.advice)
                }
                // What is inside of a choice makes sense beside it alone.
                if !parameter.name.contains(".") { _ = try Self.parsed(configuration) }
            }
        }
    }

    /// The data of the base configuration, as for a space that depends on them.
    func baseSource() throws -> Source { try source(of: plan.training).source }

    private func source(
        of configuration: TrainingConfiguration
    ) throws -> (source: Source, key: String) {
        let own = configuration.settings.filter { !Self.ofRecipe.contains($0.key) }
        let key = JSONValue.object(own).text
        if let known = sources[key] { return (known, key) }
        var base = configuration
        for name in Self.ofRecipe { base.remove(name) }
        let train = try Self.parsed(base)
        if let refused = train.refusedBySearch {
            throw KalsaeError(
                refused, expected: "a plain training in each trial", got: refused,
                advice: "leave it out of the search")
        }
        let source = try train.source()
        for objective in plan.objectives { try objective.check(for: source.parts) }
        // Of data that trials differ in, those of the last few are kept.
        if sources.count >= 4 { sources.removeAll() }
        sources[key] = source
        return (source, key)
    }

    private static func parsed(_ configuration: TrainingConfiguration) throws -> Train {
        do {
            return try Train.parse(configuration.arguments)
        } catch {
            throw KalsaeError(
                "search", expected: "options of `kalsae train`",
                got: Train.message(for: error).replacing("\n", with: " "))
        }
    }

    /// Throws where all workers together would take more memory than data and networks may have.
    private func checkMemory(_ run: TrainingRun, _ structure: String) throws {
        // The best epoch's weights and a checkpoint are copies beside.
        let most = ByteCount.mostData / 2 / max(1, workers)
        let bytes: Int
        let least = run.parameterCount * 8
        if least > most {
            // Weights and gradients alone are too much: nothing is traced.
            bytes = least
        } else if let known = memories[structure] {
            bytes = known
        } else {
            bytes = try run.memory().ofStep
            memories[structure] = bytes
        }
        guard bytes <= most else {
            throw KalsaeError(
                "trial", expected: "a training within \(ByteCount.text(most)) of memory",
                got: "at least \(ByteCount.text(bytes)) for \(run.recipe.network) with batches of "
                    + "\(run.recipe.batch)")
        }
    }
}

extension Train {
    /// An option that a search of plain trainings cannot have.
    var refusedBySearch: String? {
        let options = [
            ("--folds", splitting.folds != nil), ("--all-rows", splitting.allRows),
            ("--find-rate", findRate), ("--effort", effort != nil),
            ("--log", !recording.log.isEmpty),
        ]
        return options.first(where: \.1)?.0
    }
}
