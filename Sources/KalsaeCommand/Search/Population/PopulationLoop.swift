import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport
import KalsaeTraining

/// Population-based training: members train side by side; at each border the worst give up and others
/// branch from the best, with settings that differ a little.
///
/// A member is a trial and its recorded run; a branch is a run with its parent and step.
/// Source: Jaderberg et al., "Population based training of neural networks" (2017).
struct PopulationLoop {
    let study: Study
    let store: Store
    let plan: SearchPlan
    let training: TrialTraining
    let count: Int
    /// Epochs from one border to the next.
    let interval: Int
    let deadline: SearchDeadline

    /// Trains until all members that are left have all their epochs.
    func run(onTrial: () throws -> Void) async throws {
        let rule = PopulationPlan(interval: interval)
        var members: [PopulationMember] = []
        // One that has ended has nothing left to do.
        let history = try study.history()
        let isOver = history.running.isEmpty && history.waiting.isEmpty
        guard !isOver || history.finished.count == history.foreignCount else {
            return Notice.say("study \(study.name): its population has ended")
        }
        for _ in 0..<count {
            guard let trial = try study.ask(upTo: nil) else { break }
            members.append(
                try PopulationMember(
                    trial, of: study, training.prepare(trial.parameters), in: store))
        }
        while !members.isEmpty {
            for index in members.indices {
                await members[index].train(to: border(behind: members[index].epoch), deadline)
                if Interrupt.isRequested || deadline.isOver { return try suspend(members) }
                try onTrial()
            }
            members = try members.filter { try !$0.endIfOver(plan, study) }
            try onTrial()
            let round = (members.map(\.epoch).max() ?? 0) / interval
            members = try exploited(members, rule, round)
        }
    }

    private func border(behind epoch: Int) -> Int { (epoch / interval + 1) * interval }

    /// The members of the next round.
    private func exploited(
        _ members: [PopulationMember], _ rule: PopulationPlan, _ round: Int
    ) throws -> [PopulationMember] {
        let population = members.map {
            PopulationPlan.Member(
                number: $0.trial.number, parameters: $0.trial.parameters, value: $0.value)
        }
        var next: [PopulationMember] = []
        for member in members {
            let action = rule.action(
                for: member.trial.number, in: population, direction: plan.directions[0],
                space: study.space, seed: UInt64(bitPattern: Int64(plan.seed)), round: round)
            guard case .fork(let number, let parameters) = action,
                let model = members.first(where: { $0.trial.number == number })
            else {
                next.append(member)
                continue
            }
            try member.giveUp(for: number, study)
            try study.enqueue(parameters)
            guard let trial = try study.ask(upTo: nil) else { continue }
            next.append(
                try model.branch(
                    trial, of: study, training.prepare(trial.parameters), in: store))
        }
        return next
    }

    private func suspend(_ members: [PopulationMember]) throws {
        for member in members { try member.suspend(study) }
    }
}

/// The settings of a population, which change in flight.
enum PopulationSetting {
    /// The name by which a training that goes on knows a setting; nil where it takes no change.
    static func name(of parameter: String) -> String? {
        switch parameter {
        case "learning-rate", "learningRate", "optimizer.learningRate": "learningRate"
        case "weight-decay": "optimizer.decay"
        case "clip-norm": "optimizer.limit"
        default: parameter.hasPrefix("optimizer.") ? parameter : nil
        }
    }

    /// Throws for a space with settings that make another network.
    static func check(_ space: SearchSpace) throws(KalsaeError) {
        for parameter in space.parameters where name(of: parameter.name) == nil {
            throw KalsaeError(
                "--population",
                expected: "settings that change in flight, as learning-rate, "
                    + "weight-decay and optimizer.NAME", got: parameter.name,
                advice: "name them with --space")
        }
    }
}
