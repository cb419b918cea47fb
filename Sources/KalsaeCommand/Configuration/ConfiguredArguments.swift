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
            // -2h is 2h, and no option.
            let words = arguments.map { word in
                word.hasPrefix("-") && word.dropFirst().first?.isNumber == true
                    ? String(word.dropFirst()) : word
            }
            return try BranchedArguments.expanded(words, try OptionCatalog.train()) ?? words
        }
        guard arguments.first == "train" else { return arguments }
        var rest = Array(arguments.dropFirst())
        let changes = try taken("--set", from: &rest)
        let resumed = try taken("--resume", from: &rest).last
        let repeated = try taken("--config-of", from: &rest).last
        let file =
            rest.contains(where: isFile)
            ? try positional(rest).flatMap { isFile($0) ? $0 : nil } : nil
        let origins = [resumed, repeated, file].compactMap { $0 }
        guard origins.count <= 1 else {
            throw KalsaeError(
                "kalsae train", expected: "a file, --config-of or --resume", got: "two of them")
        }
        guard !origins.isEmpty || !changes.isEmpty else { return arguments }
        let catalog = try OptionCatalog.train()
        var configuration = TrainingConfiguration(arguments: [], catalog)
        var added: [String] = []
        if let name = resumed ?? repeated {
            let run = try run(name, rest)
            configuration = try TrainingConfiguration(
                run.configuration, catalog, subject: "run \(run.name)")
            if resumed != nil { added = ["--resume=\(run.id)"] }
            try WorkingFolder.enter(run.workingFolder)
        } else if let file {
            rest.removeAll { $0 == file }
            configuration = try read(file, catalog)
        }
        let own = TrainingConfiguration(arguments: rest, catalog)
        for member in own.settings { configuration.replace(member.key, member.value) }
        for change in changes { try configuration.change(change) }
        return ["train"] + configuration.arguments + added + callOptions(rest, catalog)
    }

    /// Reads a file of options.
    private static func read(
        _ path: String, _ catalog: OptionCatalog
    ) throws(KalsaeError) -> TrainingConfiguration {
        let bytes = try FileBytes.read(path, limit: 1 << 20)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw KalsaeError(path, expected: "UTF-8 text", got: "other bytes")
        }
        let document = try YAMLText(text, subject: path)
        return try TrainingConfiguration(document.value, catalog, subject: path) { key in
            document.lines[key].map { ":\($0)" } ?? ""
        }
    }

    /// What stands without an option's name.
    private static func positional(_ arguments: [String]) throws -> String? {
        let catalog = try OptionCatalog.train()
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            guard argument.hasPrefix("-"), argument != "-" else { return argument }
            let name = argument.drop { $0 == "-" }
            let isValued = catalog.entries.contains { $0.name == name && !$0.isFlag }
            if isValued || ["runs", "name", "tag"].contains(name) { index += 1 }
        }
        return nil
    }

    private static func isFile(_ name: String) -> Bool {
        [".yaml", ".yml"].contains { name.lowercased().hasSuffix($0) }
    }

    /// A recorded run of the folder that arguments name.
    static func run(_ name: String, _ arguments: [String]) throws -> Run {
        let run = try RunsOptions.store(in: folder(arguments), for: .reading).run(name)
        guard run.configuration.members != nil else {
            throw KalsaeError(
                run.name, expected: "a run with a configuration", got: "one without")
        }
        return run
    }

    /// The folder with the runs that arguments name.
    static func folder(_ arguments: [String]) throws -> String {
        var rest = arguments
        return try taken("--runs", from: &rest).last ?? EnvironmentFlag.runs.value
    }

    /// Takes an option with its values out of arguments.
    static func taken(
        _ option: String, from arguments: inout [String]
    ) throws(KalsaeError) -> [String] {
        var (values, rest) = ([String](), [String]())
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            if argument == option {
                guard index < arguments.count else {
                    throw KalsaeError(option, expected: "a value", got: "none")
                }
                values.append(arguments[index])
                index += 1
            } else if argument.hasPrefix(option + "=") {
                values.append(String(argument.dropFirst(option.count + 1)))
            } else {
                rest.append(argument)
            }
        }
        arguments = rest
        return values
    }

    /// The options of a call that are no part of a configuration.
    private static func callOptions(_ arguments: [String], _ catalog: OptionCatalog) -> [String] {
        let valued = ["--runs", "--name", "--tag"]
        var result: [String] = []
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            let name = argument.prefix { $0 != "=" }
            let isKnown = catalog.entries.contains { "--\($0.name)" == name }
            if isKnown || !argument.hasPrefix("-") {
                // Its value, where that is an argument of its own, is no option either.
                continue
            }
            result.append(argument)
            if valued.contains(argument), index < arguments.count {
                result.append(arguments[index])
                index += 1
            }
        }
        return result
    }
}
