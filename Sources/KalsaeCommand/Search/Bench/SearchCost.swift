import ArgumentParser
import Foundation
import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

struct SearchCost: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost",
        abstract:
            "Print how many trials a second a study makes of an objective that costs nothing.",
        discussion: """
            The objective is the function training of `kalsae search bench quality`. Each event of a
            trial in the store is one durable transaction. A number is the median of some studies.

            Example:
              kalsae search bench cost --json
            """)

    @Option(help: "Trials of a study.")
    var trials = 300

    @Option(help: "Studies for each line.")
    var studies = 5

    @Option(help: "\(SamplerCatalog.names); without it random and tpe.")
    var sampler: String?

    @Flag(help: "Print one JSON object a line to standard output.")
    var json = false

    func run() throws {
        guard (1...10_000_000).contains(trials), (1...1000).contains(studies) else {
            throw KalsaeError(
                "search bench cost", expected: "at least 1 trial and 1 study",
                got: "\(trials) and \(studies)")
        }
        let samplers = try sampler.map { [try SamplerCatalog(named: $0)] } ?? [.random, .tpe]
        for sampler in samplers { try measure("memory", sampler) { try $0.memory(sampler) } }
        for sampler in samplers { try measure("sqlite", sampler) { try $0.sqlite(sampler) } }
    }

    private func memory(_ sampler: SamplerCatalog) throws -> Double {
        try seconds(Study(sampler: sampler.make()))
    }

    private func sqlite(_ sampler: SamplerCatalog) throws -> Double {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("kalsae-search-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try seconds(
            Study("cost", in: Store(folder: folder), sampler: sampler.make()))
    }

    private func seconds(_ study: Study) throws -> Double {
        let begin = ContinuousClock.now
        try study.optimize(trials: trials, SearchFunction.training.evaluate)
        return Double(begin.duration(to: .now) / .nanoseconds(1)) * 1e-9
    }

    private func measure(
        _ store: String, _ sampler: SamplerCatalog, _ seconds: (SearchCost) throws -> Double
    ) throws {
        let times = try (0..<studies).map { _ in try seconds(self) }.sorted()
        let rate = Double(trials) / times[times.count / 2]
        if json {
            try Console.print([
                "store": .string(store), "sampler": .string(sampler.rawValue),
                "trials_per_second": .number(rate),
            ])
        } else {
            try Console.print(
                "\(store) \(sampler.rawValue): \(Progress.fixed(rate, digits: 0)) trials/s")
        }
    }
}
