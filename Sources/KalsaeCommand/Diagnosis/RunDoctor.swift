import FoundationEssentials
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport
import KalsaeTraining

/// `kalsae doctor RUN`: the record, and a look at the network of the last checkpoint.
struct RunDoctor {
    private let store: Store
    private let run: Run
    private let language: TextLanguage

    init(_ wanted: String, _ location: RunsOptions, _ language: TextLanguage) throws {
        self.language = language
        store = try location.store(for: .reading)
        run = try store.run(wanted)
    }

    func report(json: Bool) throws {
        let checkup = try checkup()
        let diagnosis = try Diagnosis(
            run, in: store, checkup: checkup, language: language)
        if json {
            let text = String(decoding: try JSONEncoder().encode(diagnosis.findings), as: UTF8.self)
            return try Console.print([
                "run": .string(run.id), "name": .string(run.name),
                "state": .string(run.state.rawValue), "findings": try JSONValue(parsing: text),
                "not_judged": .array(diagnosis.notJudged.map { .string($0) }),
            ])
        }
        for finding in diagnosis.findings {
            try Console.print("\(word(finding.verdict)): \(finding.text)")
            if !finding.remedy.isEmpty {
                try Console.print("  \(language("what helps", "해결책")): \(finding.remedy)")
            }
            if !finding.command.isEmpty { try Console.print("  \(finding.command)") }
        }
        for line in diagnosis.notJudged {
            try Console.print("\(language("not judged", "판단하지 못함")): \(line)")
        }
        let problems = diagnosis.findings.count { $0.verdict == .problem }
        let notices = diagnosis.findings.count { $0.verdict == .notice }
        try Console.print(
            language(
                "\(run.name): \(problems.counting("problem")), \(notices.counting("notice")), of "
                    + "\(diagnosis.findings.count.counting("finding"))",
                "\(run.name): 진단 \(diagnosis.findings.count)개 중 문제 \(problems)개, 주의 \(notices)개"
            ))
    }

    private func word(_ verdict: Finding.Verdict) -> String {
        switch verdict {
        case .problem: language("problem", "문제")
        case .notice: language("notice", "주의")
        case .good: language("good", "양호")
        }
    }

    /// A look at a network of a text.
    private func textCheckup(_ train: Train, _ state: TrainingState) throws -> ModelCheckup {
        let source = try train.textData().0
        if source.fingerprint != run.dataFingerprint { tellChanged() }
        let training = try TextRun(
            try train.textRecipe(for: source), data: source,
            context: train.text.context ?? TextOptions.context)
        return try training.checkup(state)
    }

    private func tellChanged() {
        Notice.say("the data of run \(run.name) have changed since")
    }

    /// A look at the network; nil where there is none to look at, which is said.
    private func checkup() throws -> ModelCheckup? {
        let folder = RunSession.checkpoints(of: run, in: store)
        guard let entry = folder.last, run.configuration.members != nil else {
            Notice.say("run \(run.name) has no checkpoint of a network: its record alone is judged")
            return nil
        }
        do {
            let catalog = try OptionCatalog.train()
            let configuration = try TrainingConfiguration(
                run.configuration, catalog, subject: "run \(run.name)")
            let state = try TrainingState(path: entry.path)
            try WorkingFolder.enter(run.workingFolder)
            let train = try Train.parse(configuration.arguments)
            if train.isOfText { return try textCheckup(train, state) }
            let source = try train.source()
            if source.parts.fingerprint != run.dataFingerprint { tellChanged() }
            let training = try TrainingRun(
                try train.recipe(for: source.parts), data: source.parts)
            var checkup = try training.checkup(state)
            // Those that are shown.
            for index in checkup.oddRows.indices.prefix(5) {
                let row = checkup.oddRows[index]
                checkup.oddRows[index].location = source.location(
                    part: row.part, row: row.row, language)
            }
            return checkup
        } catch {
            let text = (error as? KalsaeError)?.description ?? "\(error)"
            Notice.say("\(text); the record of run \(run.name) alone is judged")
            return nil
        }
    }
}
