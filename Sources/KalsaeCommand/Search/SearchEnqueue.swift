import ArgumentParser
import KalsaeSearch
import KalsaeSupport

struct SearchEnqueue: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue",
        abstract: "Want a trial with some settings; the sampler proposes the others.",
        discussion: """
            A search that runs takes it next.

            Examples:
              kalsae search enqueue iris learning-rate=0.01 units=64
              kalsae search enqueue iris --from 31 units=64
            """)

    @OptionGroup var argument: StudyArgument

    @Argument(help: ArgumentHelp("Settings.", valueName: "name=value"))
    var settings: [String] = []

    @Option(help: "A trial whose settings count where nothing else is said.")
    var from: Int?

    func run() throws {
        let result = try argument.open(for: .writing)
        var parameters = Assignment()
        if let from {
            guard result.history.trials.indices.contains(from) else {
                throw KalsaeError(
                    "--from", expected: "a trial from 0 to \(result.history.count - 1)",
                    got: "\(from)")
            }
            parameters = result.history.trials[from].parameters
        }
        let space = result.study.space
        for text in settings {
            guard let sign = text.firstIndex(of: "=") else {
                throw KalsaeError("enqueue", expected: "NAME=VALUE", got: "\"\(text)\"")
            }
            let name = String(text[..<sign])
            guard let known = space.parameters.first(where: { $0.name == name }) else {
                throw KalsaeError(
                    "enqueue", expected: "one of \(space.names.joined(separator: ", "))",
                    got: "\"\(name)\"", advice: SpellingSuggestion.advice(name, in: space.names))
            }
            parameters[name] = try SpaceText.value(
                String(text[text.index(after: sign)...]), of: known)
        }
        guard parameters.count > 0 else {
            throw KalsaeError(
                "enqueue", expected: "settings as learning-rate=0.01, or --from TRIAL", got: "none")
        }
        let number = try result.study.enqueue(parameters)
        try Console.print("trial \(number) waits: \(SearchText.parameters(parameters))")
    }
}
