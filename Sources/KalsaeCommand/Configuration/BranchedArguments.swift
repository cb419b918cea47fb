import FoundationEssentials
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport
import KalsaeTraining

/// `kalsae steer RUN branch [STEP] --set NAME=VALUE …` as a call of `kalsae train`.
enum BranchedArguments {
    /// The call; nil where another verb is steered.
    static func expanded(_ arguments: [String], _ catalog: OptionCatalog) throws -> [String]? {
        guard arguments.count > 2, arguments[0] == "steer", arguments[2] == "branch" else {
            return nil
        }
        let list = ArgumentList(Array(arguments.dropFirst(3)), catalog)
        let changes = list.values("set")
        let rest = list.words { !$0.isPositional && $0.entry?.name != "set" }
        let run = try ConfiguredArguments.run(arguments[1], list)
        var step: Int?
        if let text = list.positionals.first {
            guard let number = Int(text), number >= 0, list.positionals.count == 1 else {
                throw KalsaeError(
                    "steer branch", expected: "a step",
                    got: list.positionals.joined(separator: " "))
            }
            step = number
        }
        guard run.configuration["effort"] == nil else {
            throw KalsaeError(
                "run \(run.name)", expected: "the training of one network",
                got: "the learning of a table, which cannot branch",
                advice:
                    "train anew, with other options beside kalsae train --config-of \(run.name.shellWord), "
                    + "or one network with --network, which branches")
        }
        let store = try RunsOptions.store(in: ConfiguredArguments.folder(list), for: .reading)
        let folder = RunSession.checkpoints(of: run, in: store)
        if let step, let last = folder.last, step > last.step, run.state != .running {
            throw KalsaeError(
                "steer branch", expected: "a step up to \(last.step), where \(run.name) ended",
                got: "\(step)")
        }
        guard let entry = step.map({ folder.entry(before: $0) }) ?? folder.last else {
            let steps = folder.steps(around: step ?? 0)
            throw KalsaeError(
                "steer branch", expected: "a checkpoint at or before step \(step ?? 0)",
                got: steps.isEmpty ? "none" : "those of steps \(steps)")
        }
        if let step, step != entry.step {
            Notice.say(
                "from step \(entry.step), the last checkpoint before \(step); there are "
                    + folder.steps(around: step))
        }
        var configuration = try TrainingConfiguration(
            run.configuration, catalog, subject: "run \(run.name)")
        try WorkingFolder.enter(run.workingFolder)
        let planned = configuration.settings.first { $0.key == "interventions" }?.value.array ?? []
        var interventions = try changes.map { text in
            let intervention = Intervention(
                step: entry.step, try SettingChange(parsing: text), reason: "branch")
            let bytes = try JSONEncoder().encode(intervention)
            return try JSONValue(parsing: [UInt8](bytes), subject: "--set")
        }
        interventions += planned.filter { ($0["step"]?.integer ?? 0) > entry.step }
        configuration.replace("interventions", .array(interventions))
        configuration.removeLength { !list.values($0).isEmpty }
        if list.values("output").isEmpty {
            let path = try freshPath(beside: run, from: entry.step, in: store)
            configuration.replace("output", .string(path))
        } else {
            configuration.remove("output")
        }
        return ["train"] + configuration.arguments + ["--branch=\(run.id)@\(entry.step)"] + rest
    }

    /// Where a branch's model goes: beside that of its run, where no file is and no run puts one.
    private static func freshPath(
        beside run: Run, from step: Int, in store: Store
    ) throws -> String {
        let stem = "\(FileIdentity.stem(of: run.modelPath))-from-\(step)"
        let folder = FileIdentity.folder(of: run.modelPath)
        let taken = Set(try store.runs().map(\.modelPath))
        var number = 1
        while true {
            let path = "\(folder)/\(stem)\(number > 1 ? "-\(number)" : "").safetensors"
            if !taken.contains(path), !FileIdentity.isRegular(path) { return path }
            number += 1
        }
    }
}
