import KalsaeFiles
import KalsaeSearch
import KalsaeSupport

/// What a study of trainings is: the training that all trials begin from, what they differ in, and what
/// they are judged by. The store keeps it beside the study, so that workers and later calls know it.
struct SearchPlan {
    /// The options that all trials have.
    var training: TrainingConfiguration
    /// The folder that paths in them start from.
    var folder: String
    var objectives: [SearchObjective]
    var sampler: SamplerCatalog
    var pruner: PrunerCatalog
    /// The number of trials in all; nil for no end by number.
    var trials: Int?
    /// Seconds that one call may take; nil for any.
    var seconds: Double?
    /// A value of the first objective that is good enough; nil for none.
    var goal: Double?
    /// How many trials of one structure train as one plan: `auto`, `never`, or at most so many.
    var stack: StackChoice
    /// The epochs of a trial, which pruners count in.
    var epochs: Int
    /// How many trials train side by side by population-based training, and the epochs between two
    /// decisions; nil for none, and for the usual ones.
    var population: Int?
    var interval: Int?
    /// What identifies the data; empty before they are read.
    var fingerprint = ""
    /// What trials differ in; of a study that was begun, the store knows it.
    var space: SearchSpace

    /// The seed of the sampler and of all trials.
    var seed: Int { training.settings.first { $0.key == "seed" }?.value.integer ?? 0 }

    /// As the store keeps it.
    var json: JSONValue {
        [
            "training": training.json, "folder": .string(folder),
            "objectives": .array(objectives.map { .string($0.name) }),
            "sampler": .string(sampler.rawValue), "pruner": .string(pruner.rawValue),
            "trials": trials.map { .integer($0) } ?? .null,
            "seconds": seconds.map { .number($0) } ?? .null,
            "goal": goal.map { .number($0) } ?? .null, "stack": .string(stack.text),
            "epochs": .integer(epochs), "fingerprint": .string(fingerprint),
            "population": population.map { .integer($0) } ?? .null,
            "interval": interval.map { .integer($0) } ?? .null,
        ]
    }

    /// What a store has.
    init(_ json: JSONValue, of study: String, space: SearchSpace) throws(KalsaeError) {
        guard let training = json["training"], let names = json["objectives"]?.array else {
            throw KalsaeError(
                "study \(study)", expected: "a study of `kalsae search`",
                got: "one that a program of its own made", advice: "go on with that program")
        }
        do {
            self.training = try TrainingConfiguration(
                training, try OptionCatalog.train(), subject: "study \(study)")
        } catch let error as KalsaeError {
            throw error
        } catch {
            throw KalsaeError("study \(study)", expected: "options of a training", got: "\(error)")
        }
        folder = json["folder"]?.string ?? "."
        objectives = []
        for name in names { objectives.append(try SearchObjective(name.string ?? "")) }
        sampler = try SamplerCatalog(named: json["sampler"]?.string ?? "tpe")
        pruner = try PrunerCatalog(named: json["pruner"]?.string ?? "none")
        (trials, seconds) = (json["trials"]?.integer, json["seconds"]?.number)
        (goal, epochs) = (json["goal"]?.number, json["epochs"]?.integer ?? 1)
        (population, interval) = (json["population"]?.integer, json["interval"]?.integer)
        fingerprint = json["fingerprint"]?.string ?? ""
        stack = try StackChoice(json["stack"]?.string ?? "auto")
        self.space = space
    }

    /// A plan of a call.
    init(
        training: TrainingConfiguration, folder: String, objectives: [SearchObjective],
        sampler: SamplerCatalog, pruner: PrunerCatalog, trials: Int?, seconds: Double?,
        goal: Double?, stack: StackChoice, epochs: Int, space: SearchSpace
    ) {
        (self.training, self.folder, self.objectives) = (training, folder, objectives)
        (self.sampler, self.pruner, self.trials) = (sampler, pruner, trials)
        (self.seconds, self.goal, self.stack) = (seconds, goal, stack)
        (self.epochs, self.space) = (epochs, space)
    }

    var directions: [Direction] { objectives.map(\.direction) }
}

/// How many trials of one structure train as one plan.
enum StackChoice: Equatable {
    /// As many as are quicker together.
    case auto
    /// Each alone.
    case never
    /// At most so many.
    case most(Int)

    init(_ text: String) throws(KalsaeError) {
        switch text {
        case "auto": self = .auto
        case "never": self = .never
        default:
            guard let number = Int(text), (2...4096).contains(number) else {
                throw KalsaeError(
                    "--stack", expected: "auto, never, or a number from 2 to 4096",
                    got: "\"\(text)\"")
            }
            self = .most(number)
        }
    }

    var text: String {
        switch self {
        case .auto: "auto"
        case .never: "never"
        case .most(let number): "\(number)"
        }
    }
}
