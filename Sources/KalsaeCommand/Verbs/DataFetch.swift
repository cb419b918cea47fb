import ArgumentParser
import KalsaeData
import KalsaeFiles
import KalsaeSupport

struct DataFetch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Fetch a named set from the internet into the XDG cache, where verbs find it.",
        discussion: """
            Each file is checked by its SHA-256 checksum. What was fetched before a connection broke, \
            or Ctrl-C, stays and is gone on with; several mirrors are tried in turn. Proxies are those \
            of the environment (https_proxy, no_proxy).

            Examples:
              kalsae data fetch mnist
              kalsae data fetch cifar10 --to data/cifar10
              kalsae data fetch mnist --mirror https://example.org/mnist
            """)

    @Argument(
        help: "\(RemoteSet.all.map(\.name).joined(separator: ", ")).",
        completion: .list(RemoteSet.all.map(\.name)))
    var name: String

    @Option(
        help: ArgumentHelp(
            "The folder that the files go into; without it NAME in kalsae/ of the XDG cache.",
            valueName: "folder"), completion: .directory)
    var to: String?

    @Option(
        help: ArgumentHelp(
            "An address that has the files under their names, instead of the mirrors.",
            valueName: "url"))
    var mirror: String?

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    @Flag(help: "Print results and errors only: no progress.")
    var quiet = false

    func run() throws {
        if quiet { Console.silence() }
        guard let set = RemoteSet.all.first(where: { $0.name == name }) else {
            let names = RemoteSet.all.map(\.name)
            throw KalsaeError(
                "kalsae data fetch", expected: names.joined(separator: ", "), got: "\"\(name)\"",
                advice: SpellingSuggestion.advice(name, in: names))
        }
        let fetcher = try SetFetcher(set, to: to, mirror: mirror)
        Interrupt.watch()
        let progress = FetchProgress()
        defer { progress.end() }
        let outcomes = try fetcher.run { file, count in
            progress.note(file, count)
            guard !Interrupt.isRequested else {
                progress.end()
                Console.tell("interrupted; the same command goes on where it ended")
                throw ExitCode(Interrupt.exitCode)
            }
        }
        progress.end()
        if json {
            let files = outcomes.map { file -> JSONValue in
                [
                    "name": .string(file.name), "bytes": .integer(file.bytes),
                    "mirror": file.mirror.map { .string($0) } ?? .null,
                    "resumed_from": .integer(file.resumedFrom),
                ]
            }
            return try Console.print([
                "set": .string(name), "folder": .string(fetcher.folder), "files": .array(files),
            ])
        }
        for file in outcomes {
            let from = file.mirror.map { "from \($0)" } ?? "was there"
            let start =
                file.resumedFrom > 0 ? ", gone on with at \(ByteCount.text(file.resumedFrom))" : ""
            try Console.print("\(file.name): \(ByteCount.text(file.bytes)), \(from)\(start)")
        }
        try Console.print("\(name): \(fetcher.folder)")
    }
}

/// A bar on a terminal, a line a file elsewhere.
private final class FetchProgress {
    private var line = TerminalLine()
    private var told: Set<String> = []

    func note(_ file: RemoteFile, _ count: Int) {
        guard !Console.isQuiet else { return }
        guard Console.hasTerminal else {
            if told.insert(file.name).inserted {
                Console.tell("fetching \(file.name), \(ByteCount.text(file.bytes))")
            }
            return
        }
        guard line.isDue() else { return }
        line.draw(Self.text(file, count, width: TerminalLine.width - 1))
    }

    private static let (widestBar, narrowestBar) = (24, 8)

    /// A bar, the name and the amounts; where there are fewer columns the bar is narrower, then there is
    /// none, then the name is cut, and the amounts stay.
    private static func text(_ file: RemoteFile, _ count: Int, width: Int) -> String {
        let amounts = "\(ByteCount.text(count)) of \(ByteCount.text(file.bytes))"
        let text = "\(file.name), \(amounts)"
        // The widest amount of the file, so that the bar does not jump.
        let bar = min(width - file.name.count - 2 - widestAmounts(file) - 1, widestBar)
        guard bar >= narrowestBar else {
            let name = DisplayWidth.cut(file.name, to: max(0, width - 2 - widestAmounts(file)))
            return name.isEmpty ? amounts : "\(name), \(amounts)"
        }
        let done = min(bar, count * bar / max(file.bytes, 1))
        return String(repeating: "━", count: done) + String(repeating: "╌", count: bar - done)
            + " \(text)"
    }

    /// Columns of `8.88 MB of 9.45 MB`, with three digits and a point in front.
    private static func widestAmounts(_ file: RemoteFile) -> Int {
        "8.88 MB of ".count + ByteCount.text(file.bytes).count
    }

    func end() { line.wipe() }
}
