import ArgumentParser
import KalsaeRuns
import KalsaeSupport

struct RunsRename: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename",
        abstract: "Give a run another name.",
        discussion: """
            Example:
              kalsae runs rename last baseline
            """)

    @Argument(
        help: ArgumentHelp(
            "A run: its id, the beginning of it, its name, or last.", valueName: "run"),
        completion: NameCompletion.runs)
    var wanted: String

    @Argument(help: "The name, which no other run has.")
    var name: String

    @OptionGroup var location: RunsOptions

    func run() throws {
        let store = try location.store(for: .writing)
        try store.rename(try store.run(wanted), to: name)
    }
}

struct RunsTag: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag",
        abstract: "Give a run words to find it by.",
        discussion: """
            Examples:
              kalsae runs tag last baseline paper
              kalsae runs tag last --remove paper
            """)

    @Argument(
        help: ArgumentHelp(
            "A run: its id, the beginning of it, its name, or last.", valueName: "run"),
        completion: NameCompletion.runs)
    var wanted: String

    @Argument(help: "The words.")
    var tags: [String] = []

    @Option(help: "A word to take away; may be repeated.")
    var remove: [String] = []

    @OptionGroup var location: RunsOptions

    func run() throws {
        guard !tags.isEmpty || !remove.isEmpty else {
            throw KalsaeError("tag", expected: "a word to add, or --remove", got: "none")
        }
        let store = try location.store(for: .writing)
        try store.tag(try store.run(wanted), adding: tags, removing: remove)
    }
}

struct RunsNote: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "note",
        abstract: "Write a note about a run, instead of the one that it has.",
        discussion: """
            Examples:
              kalsae runs note last "rate too high after step 300"
              kalsae runs note last ""
            """)

    @Argument(
        help: ArgumentHelp(
            "A run: its id, the beginning of it, its name, or last.", valueName: "run"),
        completion: NameCompletion.runs)
    var wanted: String

    @Argument(help: "The note; an empty one takes it away.")
    var text: String

    @OptionGroup var location: RunsOptions

    func run() throws {
        let store = try location.store(for: .writing)
        try store.setNote(text, of: try store.run(wanted))
    }
}
