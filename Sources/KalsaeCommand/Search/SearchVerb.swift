import ArgumentParser

struct SearchVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Search for the parameters that are best.",
        discussion: """
            Example:
              kalsae search bench quality --sampler tpe
            """,
        subcommands: [SearchBench.self])
}

struct SearchBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how good samplers are, and what a trial costs.",
        subcommands: [
            SearchQuality.self, SearchCost.self, SearchWorkers.self, SearchWorker.self,
        ])
}
