import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

/// The arguments of `kalsae train` with what a file or a recorded run says in front of them.
enum ConfiguredArguments {
    /// Arguments that the parser takes.
    ///
    /// - `train plan.yaml --epochs 5`: the file's options, then those of the call.
    /// - `train --config-of RUN`: the options of a run, anew.
    /// - `train --resume RUN`: the same, and goes on where the run is.
    static func expanded(_ arguments: [String]) throws -> [String] {
        if arguments.first == "steer" {
            var words = arguments
            // -2h is 2h, and no option.
            if words.count > 3, words[2] == "rollback",
                words[3].wholeMatch(of: /-[0-9.]+ *[a-z]+/) != nil
            {
                words[3].removeFirst()
            }
            return try BranchedArguments.expanded(words, try OptionCatalog.train()) ?? words
        }
        guard arguments.first == "train", arguments.contains(where: isOrigin) else {
            return arguments
        }
        let catalog = try OptionCatalog.train()
        let list = ArgumentList(Array(arguments.dropFirst()), catalog)
        guard let said = try resolved(list, catalog, verb: "kalsae train") else { return arguments }
        if said.configuration.search != nil {
            Notice.say("\(said.file ?? "the file"): its section search is for `kalsae search`")
        }
        Arguments.origins = said.configuration.origins
        let calls = list.words { item in
            let isOrigin = ["set", "resume", "config-of"].contains(item.entry?.name)
            return !item.isPositional && item.entry?.isOfCall != false && !isOrigin
        }
        return ["train"] + said.configuration.arguments + said.added + calls
    }

    /// What arguments say of a training, with what the file or the run says that they name.
    struct Said {
        var configuration: TrainingConfiguration
        /// Arguments that take a run up.
        var added: [String] = []
        /// The file of options.
        var file: String?
    }

    /// Resolves files, runs and changes; nil where the arguments name none of them.
    static func resolved(
        _ list: ArgumentList, _ catalog: OptionCatalog, verb: String
    ) throws -> Said? {
        let (changes, files) = (list.values("set"), list.positionals.filter(isFile))
        let (resumed, repeated) = (list.values("resume").last, list.values("config-of").last)
        guard files.count <= 1 else {
            throw KalsaeError(
                verb, expected: "one file of options",
                got: files.joined(separator: " and "), advice: "say more by options and --set")
        }
        let origins = [resumed, repeated, files.first].compactMap { $0 }
        guard origins.count <= 1 else {
            throw KalsaeError(
                verb, expected: "a file, --config-of or --resume", got: "two of them")
        }
        guard !origins.isEmpty || !changes.isEmpty else { return nil }
        var configuration = TrainingConfiguration(ArgumentList([], catalog), catalog)
        var added: [String] = []
        if let name = resumed ?? repeated {
            let run = try run(name, list)
            configuration = try TrainingConfiguration(
                run.configuration, catalog, subject: "run \(run.name)")
            if resumed != nil { added = ["--resume=\(run.id)"] }
            try WorkingFolder.enter(run.workingFolder)
        } else if let file = files.first {
            configuration = try read(file, catalog)
        }
        let given = list.items.filter { !($0.isPositional && files == [$0.value]) }
        let own = TrainingConfiguration(given, catalog)
        configuration.removeLength { name in
            own.says(name) || changes.contains { $0.hasPrefix("\(name)=") }
        }
        for member in own.settings { configuration.replace(member.key, member.value) }
        for change in changes { try configuration.change(change) }
        return Said(configuration: configuration, added: added, file: files.first)
    }

    /// Whether an argument may ask for a file or a run.
    private static func isOrigin(_ argument: String) -> Bool {
        isFile(argument)
            || ["--set", "--resume", "--config-of"].contains {
                argument == $0 || argument.hasPrefix("\($0)=")
            }
    }

    /// Reads a file of options.
    private static func read(
        _ path: String, _ catalog: OptionCatalog
    ) throws(KalsaeError) -> TrainingConfiguration {
        if let preset = TrainingPreset.named(path) {
            let document = try YAMLText(preset.text, subject: path)
            return try TrainingConfiguration(document.value, catalog, subject: path)
        }
        Arguments.file = path
        let bytes = try FileBytes.read(path, limit: 1 << 20)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw KalsaeError(path, expected: "UTF-8 text", got: "other bytes")
        }
        let document = try YAMLText(text, subject: path)
        return try TrainingConfiguration(
            document.value, catalog, subject: path
        ) { key in
            document.lines[key].map { ":\($0)" } ?? ""
        }
    }

    /// Whether a word is a file of options, or a preset's name.
    private static func isFile(_ name: String) -> Bool {
        TrainingPreset.named(name) != nil
            || [".yaml", ".yml"].contains { name.lowercased().hasSuffix($0) }
    }

    /// A recorded run of the folder that arguments name.
    static func run(_ name: String, _ list: ArgumentList) throws -> Run {
        let run = try RunsOptions.store(in: folder(list), for: .reading).run(name)
        guard run.configuration.members != nil else {
            throw KalsaeError(
                run.name, expected: "a run with a configuration", got: "one without")
        }
        return run
    }

    /// The folder with the runs that arguments name.
    static func folder(_ list: ArgumentList) -> String {
        list.values("runs").last ?? EnvironmentFlag.runs.value
    }
}
