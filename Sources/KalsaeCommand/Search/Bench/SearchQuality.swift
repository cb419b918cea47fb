import ArgumentParser
import KalsaeFiles
import KalsaeSearch
import KalsaeSupport

struct SearchQuality: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality",
        abstract: "Print the best value after some trials on known functions.",
        discussion: """
            A line is the median and the quartiles over studies with the seeds 0, 1, 2, ….

            Example:
              kalsae search bench quality --function branin --sampler tpe --json
            """)

    @Option(help: "branin, hartmann6, rosenbrock4, training, or all.")
    var function = "all"

    @Option(help: "\(SamplerCatalog.names), or all but grid.")
    var sampler = "all"

    @Option(help: "Studies for each line.")
    var seeds = 30

    @Option(help: "Trials of a study.")
    var trials = 100

    @Flag(help: "Print one JSON object a line to standard output.")
    var json = false

    func run() throws {
        guard (3...100_000).contains(seeds), (1...1_000_000).contains(trials) else {
            throw KalsaeError(
                "search bench quality", expected: "at least 3 seeds and 1 trial",
                got: "\(seeds) and \(trials)")
        }
        let functions = SearchFunction.allCases.filter {
            function == "all" || function == $0.rawValue
        }
        guard !functions.isEmpty else {
            throw KalsaeError(
                "--function", expected: "branin, hartmann6, rosenbrock4, training or all",
                got: "\"\(function)\"")
        }
        let samplers =
            sampler == "all"
            ? SamplerCatalog.allCases.filter { $0 != .grid } : [try SamplerCatalog(named: sampler)]
        for function in functions {
            for sampler in samplers { try measure(function, sampler) }
        }
    }

    private func measure(_ function: SearchFunction, _ sampler: SamplerCatalog) throws {
        let best = try (0..<UInt64(seeds)).map { seed in
            try function.best(of: trials, by: sampler.make(), seed: seed)
        }.sorted()
        let quartiles = [0.25, 0.5, 0.75].map { Self.quantile(best, $0) }
        if json {
            try Console.print([
                "function": .string(function.rawValue), "sampler": .string(sampler.rawValue),
                "median": .number(quartiles[1]),
                "quartiles": [.number(quartiles[0]), .number(quartiles[2])],
            ])
        } else {
            let shown = quartiles.map { Progress.fixed($0, digits: 5) }
            try Console.print(
                "\(function.rawValue) \(sampler.rawValue): median \(shown[1]), "
                    + "quartiles \(shown[0]) \(shown[2])")
        }
    }

    /// The quantile of sorted numbers by the exclusive method of Python's `statistics.quantiles`.
    static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        let position = share * Double(sorted.count + 1) - 1
        let low = min(max(Int(position.rounded(.down)), 0), sorted.count - 2)
        return sorted[low] + (position - Double(low)) * (sorted[low + 1] - sorted[low])
    }
}
