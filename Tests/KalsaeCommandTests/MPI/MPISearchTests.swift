import Foundation
import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport
import Testing

/// Ranks that share a study of rank 0.
@Suite(
    "kalsae search by ranks", .enabled(if: MPIRun.isThere, "needs Open MPI: mpicc and mpirun"))
struct MPISearchTests {
    private let folder: CommandRun.Folder

    init() throws {
        folder = try CommandRun.Folder()
        let built = try CommandRun(
            ["mpi", "build"], in: folder, environment: MPIRun.environment(folder))
        #expect(built.status == 0, "\(built.errors)")
    }

    private func ranks(_ size: Int, _ arguments: [String]) throws -> CommandRun {
        try CommandRun(MPIRun.process(size, arguments, in: folder), in: folder)
    }

    private let search = [
        "search", "iris", "--epochs", "4", "--trials", "8", "--sampler", "random", "--stack",
        "never", "--space", "learning-rate=1e-3..1e-1,log",
    ]

    /// A sampler that does not learn proposes the same to all, and a trial is a function of its settings.
    @Test func ranksGiveTheValuesOfOneProcess() throws {
        defer { folder.remove() }
        let shared = try ranks(3, search + ["--study", "shared", "--json"])
        #expect(shared.status == 0, "\(shared.errors)")
        // Rank 0 alone tells, each trial once.
        #expect(shared.output.split(separator: "\n").count == 1)
        let told = shared.errors.split(separator: "\n").filter { $0.hasPrefix("trial ") }
        #expect(Set(told.map { $0.prefix { $0 != ":" } }).count == 8 && told.count == 8)
        let alone = try CommandRun(search + ["--study", "alone", "--quiet"], in: folder)
        #expect(alone.status == 0, "\(alone.errors)")
        let (a, b) = (try trials("shared"), try trials("alone"))
        #expect(a.count == 8 && a.map { $0["parameters"] } == b.map { $0["parameters"] })
        #expect(a.map { $0["value"] } == b.map { $0["value"] })
        // On one host all record their runs in the folder of rank 0.
        #expect(Set(a.compactMap { $0["model"]?.string }).count == 8)
    }

    private func trials(_ study: String) throws -> [JSONValue] {
        let run = try CommandRun(["search", "show", study, "--json"], in: folder)
        return try #require(try run.json["all"]?.array)
    }

    /// A rank that is killed ends all; the next start goes on, and takes up what ran.
    @Test func aKilledRankLosesNothing() throws {
        defer { folder.remove() }
        let bench = [
            "search", "bench", "workers", "--trials", "120", "--milliseconds", "40", "--values",
            "5", "--lease", "0.5", "--folder", "kept", "--json",
        ]
        let ended = try CommandRun(MPIRun.process(3, bench, in: folder), in: folder) { process in
            kill(try lastRank(of: process), SIGKILL)
        }
        #expect(ended.status != 0 && ended.output.isEmpty)
        let resumed = try ranks(3, bench)
        #expect(resumed.status == 0, "\(resumed.errors)")
        let report = try resumed.json
        #expect(report["complete"]?.integer == 120 && report["trials"]?.integer == 120)
        #expect(report["different"]?.integer == 120 && report["wrong"]?.integer == 0)
        #expect((report["taken_over"]?.integer ?? 0) >= 1)
    }

    /// Rank 0 tells of a rank that says nothing; another does its trial.
    @Test func aStoppedRankIsToldAndReplaced() throws {
        defer { folder.remove() }
        let bench = [
            "search", "bench", "workers", "--trials", "60", "--milliseconds", "40", "--lease",
            "0.5", "--folder", "kept", "--json",
        ]
        let process = try MPIRun.process(
            3, bench, in: folder, environment: ["KALSAE_WATCHDOG": "0.6,1.5"])
        let run = try CommandRun(process, in: folder) { process in
            kill(try lastRank(of: process), SIGSTOP)
        }
        #expect(run.status == 75 && run.output.isEmpty)
        #expect(run.errors.contains(") has heard nothing of rank 2 (host "), "\(run.errors)")
        #expect(run.errors.contains(") ends: it has heard nothing of rank 2 (host "))
        let report = try CommandRun(bench, in: folder).json
        #expect(report["complete"]?.integer == 60 && report["wrong"]?.integer == 0)
    }

    /// The process of the last rank, once it has had a trial of many.
    private func lastRank(of process: Process) throws -> Int32 {
        for _ in 0..<1000 {
            usleep(20_000)
            let ranks = MPIRun.descendants(of: process.processIdentifier)
                .filter { $0.name == "kalsae" }.map(\.process)
            guard ranks.count == 3,
                let store = try? Store(folder: "\(folder.path)/kept", for: .reading),
                let trials = try? Study("workers", in: store).trials(),
                trials.count >= 10, trials.contains(where: { $0.owner.contains("-\(ranks[2])-") })
            else { continue }
            return ranks[2]
        }
        throw KalsaeError("mpirun", expected: "three ranks with trials", got: "none")
    }

    @Test func whatRanksCannotDoIsTold() throws {
        defer { folder.remove() }
        for (option, line) in [
            (["--workers", "2"], "error: --workers: expected none beside mpirun or srun"),
            (["--space", "learning-rat=1..2"], "error: --space learning-rat"),
        ] {
            let run = try ranks(2, search + option)
            #expect(run.status == 1 && run.output.isEmpty)
            let errors = run.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
            #expect(errors.count == 1 && errors[0].hasPrefix(line), "\(run.errors)")
        }
    }
}

/// What needs no MPI.
@Suite struct MPISearchStoreTests {
    /// Workers of a database share a study by its name alone.
    @Test func workersOfADatabaseNeedAName() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let run = try CommandRun(
            ["search", "iris", "--store", "postgresql://me@127.0.0.1:1/x"], in: folder,
            environment: [
                "OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "3", "KALSAE_MPI": "",
            ])
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.errors.hasPrefix("error: --study: expected a name, as 3 processes of mpirun"))
    }
}
