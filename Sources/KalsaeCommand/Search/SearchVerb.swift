import ArgumentParser

struct SearchVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Search for the settings of a training that are best.",
        discussion: """
            Each trial is a recorded run. What is searched stands in the section search of a file, or \
            in --space; without both, a default space is.

            Examples:
              kalsae search iris --trials 50
              kalsae search plan.yaml --trials 100 --workers 2
              kalsae search digits --space 'learning-rate=1e-4..1e-1 log'
              kalsae search --resume digits --trials 200
              kalsae search show digits
              mpirun -n 8 kalsae search plan.yaml --trials 500
            """,
        subcommands: [
            SearchRun.self, SearchShow.self, SearchBest.self, SearchList.self, SearchPlot.self,
            SearchExport.self,
            SearchEnqueue.self, SearchRetest.self, SearchBench.self, SearchTrainer.self,
        ],
        defaultSubcommand: SearchRun.self)
}

struct SearchBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how good samplers are, and what a trial costs.",
        subcommands: [
            SearchQuality.self, SearchCost.self, SearchWorkers.self, SearchWorker.self,
        ])
}
