import ArgumentParser
import Glibc
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

/// One process of `search bench workers`.
struct SearchWorker: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Ask and tell for `search bench workers`.",
        shouldDisplay: false)
    static let study = "workers"

    @Argument(help: "The folder of the store.")
    var folder: String

    @Option(help: "Trials of the study in all.")
    var trials: Int

    @Option(help: "Seconds; 0 for no end.")
    var seconds: Double

    @Option(help: "Milliseconds of an evaluation.")
    var milliseconds: UInt32

    @Option(help: "Seconds of a lease.")
    var lease: Double

    @Option(help: "The sampler.")
    var sampler: String

    @Option(help: "Values that each trial reports.")
    var values: Int

    func run() throws {
        let address = EnvironmentFlag.store.value
        let studies: any StudyCatalog =
            address.isEmpty ? try Store(folder: folder) : try PostgresStudies(address)
        try BenchWorker(
            trials: trials, seconds: seconds, milliseconds: milliseconds, lease: lease,
            sampler: sampler, values: values
        ).run(in: studies)
    }
}

/// What each worker of `search bench workers` does.
struct BenchWorker {
    /// Trials of the study in all.
    let trials: Int
    /// Seconds; 0 for no end.
    let seconds: Double
    /// Of an evaluation.
    let milliseconds: UInt32
    /// Seconds.
    let lease: Double
    let sampler: String
    /// Values that each trial reports.
    let values: Int

    func run(in studies: some StudyCatalog) throws {
        let study = try Study(
            SearchWorker.study, in: studies, sampler: SamplerCatalog(named: sampler).make(),
            lease: lease)
        try study.optimize(trials: trials, seconds: seconds > 0 ? seconds : nil) { trial in
            let value = try SearchFunction.training.evaluate(trial)
            for step in 0..<values { _ = try trial.report(value, step: step) }
            if milliseconds > 0 { usleep(milliseconds * 1000) }
            return value
        }
    }
}
