import ArgumentParser
import Foundation
import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

struct SearchWorkers: AsyncParsableCommand, RankedCommand {
    static let configuration = CommandConfiguration(
        commandName: "workers",
        abstract: "Let processes share a study, kill some of them, and check what is kept.",
        discussion: """
            Each process evaluates the function training. A process that was killed is replaced. The \
            processes of mpirun or srun share a study that rank 0 has.

            Examples:
              kalsae search bench workers --processes 8 --trials 2000 --kill-every 2
              kalsae search bench workers --store postgresql://me@host/db --values 10
              mpirun -n 8 kalsae search bench workers --values 10
            """)

    @Option(help: "Processes that ask and tell.")
    var processes = 8

    @Option(help: "Trials of the study in all.")
    var trials = 1000

    @Option(help: "Seconds after which all processes end, whatever was reached; 0 for none.")
    var seconds = 0.0

    @Option(help: "Milliseconds of an evaluation.")
    var milliseconds = 20

    @Option(help: "Values that each trial reports on its way.")
    var values = 0

    @Option(
        help: ArgumentHelp(
            "A PostgreSQL database to use instead of a folder; the study workers must be new there.",
            valueName: "address"))
    var store: String?

    @Option(
        help: ArgumentHelp(
            "A folder that keeps the study, and whose study is gone on with.", valueName: "dir"))
    var folder: String?

    @Option(help: "Seconds from one kill (SIGKILL) to the next; 0 for none.")
    var killEvery = 0.0

    @Option(help: "Seconds after which a trial of a killed process is taken over.")
    var lease = 2.0

    @Option(help: "The sampler: \(SamplerCatalog.names).")
    var sampler = SamplerCatalog.tpe.rawValue

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    func run() async throws {
        try check()
        _ = try SamplerCatalog(named: sampler)
        let ranks = try Ranks.open()
        try await ranks.perform { try ranks.leads ? lead(ranks) : follow(ranks) }
    }

    private func lead(_ ranks: Ranks) throws {
        let path =
            folder
            ?? FileManager.default.temporaryDirectory
            .appendingPathComponent("kalsae-workers-\(UUID().uuidString)").path
        defer { if folder == nil { try? FileManager.default.removeItem(atPath: path) } }
        let (studies, known) = try ranks.agree("the study") {
            try checkRanks(ranks)
            let studies: any StudyCatalog =
                try store.map { try PostgresStudies($0) } ?? Store(folder: path)
            guard try store == nil || !studies.studyNames().contains(SearchWorker.study) else {
                throw KalsaeError(
                    "--store", expected: "a database without a study workers", got: "one with it",
                    advice: "DELETE FROM kalsae_studies WHERE name = 'workers'")
            }
            return (studies, try Study(SearchWorker.study, in: studies).trials())
        }
        let begin = ContinuousClock.now
        let crowd = try ranks.group.map { try serve(studies, $0) } ?? run(in: path)
        let elapsed = begin.duration(to: .now) / .seconds(1)
        let trials = try Study(SearchWorker.study, in: studies).trials()
        let report = try Self.report(trials, values: values)
        let complete = trials.count { $0.state == .complete }
        let before = known.count { $0.state == .complete }
        let result: [JSONValue.Member] =
            report + [
                .init("killed", .integer(crowd.killed)), .init("errors", .integer(crowd.errors)),
                .init("seconds", .number(elapsed)),
                .init("rate", .number(Double(complete - before) / elapsed)),
            ]
        if json { return try Console.print(.object(result)) }
        for member in result { try Console.print("\(member.key): \(RunText.value(member.value))") }
    }

    /// Throws for numbers that make no crowd, naming the first.
    private func check() throws(KalsaeError) {
        let rules: [(String, Bool, String, String)] = [
            ("--processes", (1...1000).contains(processes), "1 to 1000", "\(processes)"),
            ("--trials", trials > 0, "at least 1", "\(trials)"),
            ("--seconds", seconds >= 0 && seconds.isFinite, "at least 0", "\(seconds)"),
            ("--values", (0...100_000).contains(values), "0 to 100000", "\(values)"),
            ("--milliseconds", milliseconds >= 0, "at least 0", "\(milliseconds)"),
            ("--kill-every", killEvery >= 0 && killEvery.isFinite, "at least 0", "\(killEvery)"),
            ("--lease", lease > 0 && lease.isFinite, "above 0", "\(lease)"),
        ]
        guard let wrong = rules.first(where: { !$0.1 }) else { return }
        throw KalsaeError(wrong.0, expected: "a number \(wrong.2)", got: wrong.3)
    }

    /// Starts the processes, kills and replaces, and waits for their end.
    private func run(in folder: String) throws -> (killed: Int, errors: Int) {
        let begin = ContinuousClock.now
        var running = try (0..<processes).map { _ in try start(folder, seconds) }
        var (killed, errors, next) = (0, 0, killEvery)
        while !running.isEmpty {
            usleep(5000)
            let now = begin.duration(to: .now) / .seconds(1)
            // Behind the end a new process would be killed before it has read a large study.
            if killEvery > 0, now >= next, seconds == 0 || now < seconds {
                next += killEvery
                let index = killed % running.count
                if running[index].isRunning {
                    kill(running[index].processIdentifier, SIGKILL)
                    running[index].waitUntilExit()
                    killed += 1
                    running[index] = try start(
                        folder, seconds > 0 ? max(0.01, seconds - now) : 0)
                }
            }
            for process in running where !process.isRunning && process.terminationStatus != 0 {
                errors += 1
            }
            running.removeAll { !$0.isRunning }
        }
        return (killed, errors)
    }

    private func start(_ folder: String, _ seconds: Double) throws -> Process {
        let process = try OwnProgram.process([
            "search", "bench", "worker", folder, "--trials", "\(trials)", "--seconds",
            "\(seconds)", "--milliseconds", "\(milliseconds)", "--lease", "\(lease)", "--sampler",
            sampler, "--values", "\(values)",
        ])
        process.environment = LaunchedProcess.childEnvironment
            .merging([EnvironmentFlag.store.rawValue: store ?? ""]) { $1 }
        try process.run()
        return process
    }

    /// What is in the store: all trials, ended ones, those that others took over, different
    /// parameters, and values that are not those of their parameters, or not as many as were reported.
    private static func report(
        _ trials: [TrialRecord], values: Int
    ) throws -> [JSONValue.Member] {
        let complete = trials.filter { $0.state == .complete }
        let wrong = try complete.filter { trial in
            let study = try Study("check")
            try study.enqueue(trial.parameters)
            let value = try study.optimize(trials: 1, SearchFunction.training.evaluate)?.values
            return value != trial.values || trial.reports.map(\.step) != Array(0..<values)
        }
        return [
            .init("trials", .integer(trials.count)), .init("complete", .integer(complete.count)),
            .init("taken_over", .integer(trials.filter { $0.attempts > 1 }.count)),
            .init("different", .integer(Set(trials.map { "\($0.parameters)" }).count)),
            .init("wrong", .integer(wrong.count)),
        ]
    }
}
