import Foundation
import KalsaeDistributed
import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

/// A search by several ranks: rank 0 has the study and tells of it; all train, a trial each at a time.
extension SearchRun {
    /// The ranks that share a study of rank 0. None where a database has it: processes that were
    /// launched together are then workers that know nothing of each other.
    func openRanks() throws(KalsaeError) -> Ranks {
        guard location.address != nil else { return try Ranks.open() }
        guard let launcher = try Launcher.ofProcess(), launcher.size > 1, options.study == nil,
            options.resume == nil
        else { return Ranks(group: nil) }
        throw KalsaeError(
            "--study",
            expected: "a name, as \(launcher.size) processes of \(launcher.name) share it",
            got: "none")
    }

    /// Throws for what ranks cannot do.
    func checkRanks(_ ranks: Ranks, _ plan: SearchPlan) throws(KalsaeError) {
        guard ranks.count > 1 else { return }
        guard options.workers == 1 else {
            throw KalsaeError(
                "--workers", expected: "none beside mpirun or srun, as each rank is a worker",
                got: "\(options.workers)", advice: "start more ranks")
        }
        guard plan.population == nil else {
            throw KalsaeError(
                "--population", expected: "one process", got: "\(ranks.count)",
                advice: "start it without mpirun or srun")
        }
    }

    /// The workers that share this host's memory.
    func workers(of ranks: Ranks) -> Int { ranks.group?.localSize ?? options.workers }

    /// What ranks above 0 do: train trials of rank 0's study.
    func follow(_ ranks: Ranks) async throws {
        guard let group = ranks.group else { return }
        let begin = ContinuousClock.now
        let folder = Self.folder(location.absolute.runs.folder, of: group)
        try ranks.agree("the options") {}
        let text = String(decoding: try group.broadcast([], doing: "the plan"), as: UTF8.self)
        let (trainer, source) = try ranks.agree("the data") {
            var plan = try SearchPlan(
                JSONValue(parsing: text, subject: "the plan"), of: "", space: SearchSpace())
            if options.resume != nil {
                try WorkingFolder.enter(plan.folder)
                try takeUpDevice(of: &plan)
            }
            let trainer = TrialTraining(plan, workers: workers(of: ranks))
            return (trainer, try trainer.baseSource())
        }
        try ranks.checkAlike(data: source.parts.fingerprint, instructions: false)
        try ranks.agree("the study") {}
        let name = String(decoding: try group.broadcast([], doing: "the study"), as: UTF8.self)
        let studies = MessageStudies(group)
        let plan = try SearchPlan(
            studies.studyConfiguration(name), of: name, space: SearchSpace())
        var loop = SearchLoop(
            study: try plan.study(name, in: studies), store: try Store(folder: folder), plan: plan,
            begin: begin)
        loop.tellsFailures = false
        try await loop.run(trainer) {}
        try studies.leave()
    }

    /// The folder of a rank's runs: that of rank 0 on its host; beside it on others, since a file
    /// system that hosts share is no place for one file of all.
    static func folder(_ first: String, of group: any ProcessGroup) -> String {
        let host = group.hosts[group.rank]
        return host == group.hosts[0] ? first : "\(first)-\(host)"
    }
}

extension Ranks {
    /// Rank 0 tells the others what is searched.
    func tell(_ plan: SearchPlan) throws(KalsaeError) {
        _ = try group?.broadcast(Array(plan.json.text.utf8), doing: "the plan")
    }
}
