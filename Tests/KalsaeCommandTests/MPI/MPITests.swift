import Foundation
import KalsaeFiles
import KalsaeOpenCL
import KalsaeSupport
import Testing

@Suite(
    "Processes launched by MPI", .enabled(if: MPIRun.isThere, "needs Open MPI: mpicc and mpirun"))
struct MPITests {
    /// A folder with the library built in it.
    private static func folder() throws -> CommandRun.Folder {
        let folder = try CommandRun.Folder()
        let built = try CommandRun(
            ["mpi", "build", "--json"], in: folder, environment: MPIRun.environment(folder))
        let report = try built.json
        #expect(report["library"]?.string == "\(folder.path)/data/kalsae/libkalsae-mpi.so")
        #expect(report["mpi"]?.string?.hasPrefix("Open MPI v") == true)
        #expect(report["found"]?.bool == true)
        return folder
    }

    @Test func ranksSendEachOtherWhatTheyMean() throws {
        let folder = try Self.folder()
        defer { folder.remove() }
        let run = try CommandRun(
            MPIRun.process(3, ["mpi", "test", "--json"], in: folder), in: folder)
        #expect(run.status == 0, "\(run.errors)")
        // Rank 0 alone writes.
        #expect(run.output.split(separator: "\n").count == 1)
        let ranks = try #require(run.json["ranks"]?.array)
        #expect(ranks.map { $0["rank"]?.integer } == [0, 1, 2])
        #expect(ranks.dropFirst().allSatisfy { ($0["bytes_per_second"]?.number ?? 0) > 1e6 })
        // They share the cores.
        let threads = ranks.compactMap { $0["threads"]?.integer }
        #expect(
            threads.allSatisfy { $0 == max(1, ProcessInfo.processInfo.activeProcessorCount / 3) })
    }

    @Test func aRankThatDiesEndsAll() throws {
        let folder = try Self.folder()
        defer { folder.remove() }
        let process = try MPIRun.process(2, ["mpi", "test", "--seconds", "60"], in: folder)
        let begin = ContinuousClock.now
        let run = try CommandRun(process, in: folder) { process in
            kill(try Self.lastRank(of: process), SIGKILL)
        }
        #expect(run.status != 0)
        #expect(run.output.isEmpty)
        #expect(ContinuousClock.now - begin < .seconds(30))
    }

    @Test func aRankThatStopsIsToldAndEndsAll() throws {
        let folder = try Self.folder()
        defer { folder.remove() }
        let process = try MPIRun.process(
            2, ["mpi", "test", "--seconds", "60"], in: folder,
            environment: ["KALSAE_WATCHDOG": "0.3,0.6"])
        let run = try CommandRun(process, in: folder) { process in
            kill(try Self.lastRank(of: process), SIGSTOP)
        }
        #expect(run.status == 75)
        let host = ProcessInfo.processInfo.hostName
        for line in ["has waited 0.3 s", "ends: it has waited 0.6 s"] {
            let text = "kalsae: rank 0 (host \(host)) \(line) for rank 1 (host \(host)) in the ring"
            #expect(run.errors.contains(text), "\(run.errors)")
        }
    }

    /// The process of rank 1, once the ranks speak with each other.
    private static func lastRank(of process: Process) throws -> Int32 {
        for _ in 0..<200 {
            let ranks = MPIRun.descendants(of: process.processIdentifier)
                .filter { $0.name == "kalsae" }.map(\.process)
            // By then the library is loaded, and the group a moment later.
            let speaks = ranks.allSatisfy { rank in
                MPIRun.text(of: "/proc/\(rank)/maps").contains("libkalsae-mpi.so")
            }
            if ranks.count == 2, speaks {
                usleep(700_000)
                return ranks[1]
            }
            usleep(20_000)
        }
        throw KalsaeError("mpirun", expected: "two ranks", got: "none that speak")
    }

    /// All ranks end with an error, which rank 0 tells.
    @Test func whatOneProcessDoesIsRefused() throws {
        let folder = try Self.folder()
        defer { folder.remove() }
        let run = try CommandRun(
            MPIRun.process(2, ["data", "show", "iris"], in: folder), in: folder)
        #expect(run.status == 1 && run.output.isEmpty, "\(run.errors)")
        let errors = run.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
        #expect(
            errors == [
                "error: kalsae data: expected one process, got 2 of mpirun of Open MPI; start it "
                    + "without; with KALSAE_MPI=off each process does it by itself"
            ], "\(run.errors)")
        let each = try CommandRun(
            MPIRun.process(
                2, ["schema"], in: folder, environment: ["KALSAE_MPI": "off"]), in: folder)
        #expect(each.status == 0, "\(each.errors)")
    }

    /// Two ranks, of which the second one has another environment.
    private func unequal(
        _ arguments: [String], _ variable: String, in folder: CommandRun.Folder
    ) throws -> CommandRun {
        let process = try MPIRun.process(1, arguments, in: folder)
        process.arguments =
            (process.arguments ?? [])
            + [":", "-n", "1", "-x", variable, try CommandRun.executable.path] + arguments
        return try CommandRun(process, in: folder)
    }

    @Test(arguments: [["train", "--no-record"], ["search", "--trials", "2"]])
    func ranksWithUnequalPrecisionAreRefused(_ verb: [String]) throws {
        let folder = try Self.folder()
        defer { folder.remove() }
        let run = try unequal(
            [verb[0], "iris", "--network", "4-5-3", "--epochs", "1"] + verb.dropFirst(),
            "KALSAE_PRECISION=bfloat16", in: folder)
        #expect(run.status == 1 && run.output.isEmpty, "\(run.errors)")
        let host = ProcessInfo.processInfo.hostName
        let errors = run.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
        #expect(
            errors == [
                "error: precision: expected float32 on all ranks, as on rank 0 (host \(host)), got "
                    + "bfloat16 on rank 1 (host \(host)); say one for all ranks, as --precision "
                    + "float32"
            ], "\(run.errors)")
    }

    @Test(.enabled(if: (try? OpenCLDevices.open()) != nil, "there is no device of OpenCL"))
    func ranksWithUnequalDevicesAreRefused() throws {
        let folder = try Self.folder()
        defer { folder.remove() }
        let run = try unequal(
            ["train", "iris", "--network", "4-5-3", "--epochs", "1", "--no-record"],
            "KALSAE_DEVICE=opencl", in: folder)
        #expect(run.status == 1 && run.output.isEmpty, "\(run.errors)")
        #expect(run.errors.contains("error: device: expected cpu on all ranks"), "\(run.errors)")
        #expect(run.errors.contains("got opencl on rank 1"), "\(run.errors)")
    }

    /// A rank's own error has its name, before the ranks know of each other too.
    @Test func aDeviceThatOneRankLacksIsToldWithTheRank() throws {
        let folder = try Self.folder()
        defer { folder.remove() }
        let run = try unequal(
            ["train", "iris", "--network", "4-5-3", "--epochs", "1", "--no-record"],
            "KALSAE_DEVICE=opencl:99", in: folder)
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.errors.contains("error: rank 1 (host "), "\(run.errors)")
    }

    @Test func aLibraryOfAnotherMPIIsFound() throws {
        let folder = try Self.folder()
        defer { folder.remove() }
        // As under another launcher, whose variables this MPI does not read.
        let run = try CommandRun(
            ["mpi", "test"], in: folder,
            environment: MPIRun.environment(folder, ["PMI_RANK": "0", "PMI_SIZE": "2"]))
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.errors.contains("expected 2 processes, as mpiexec of MPICH launched, got 1 by"))
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test func anEarlierLibraryIsReplacedAndNothingElse() throws {
        let folder = try Self.folder()
        defer { folder.remove() }
        func build(_ arguments: String...) throws -> CommandRun {
            try CommandRun(
                ["mpi", "build"] + arguments, in: folder, environment: MPIRun.environment(folder))
        }
        #expect(try build().status == 0)
        try folder.write("mine", to: "x.so")
        let refused = try build("--output", "x.so")
        #expect(refused.status == 1 && refused.errors.contains("--overwrite"))
        #expect(try folder.bytes(of: "x.so") == Data("mine".utf8))
        #expect(try build("--output", "x.so", "--overwrite").status == 0)
        let elsewhere = try CommandRun(
            MPIRun.process(
                1, ["mpi", "test"], in: folder, environment: ["KALSAE_MPI": "x.so"]), in: folder)
        #expect(elsewhere.status == 0, "\(elsewhere.errors)")
        let none = try CommandRun(
            MPIRun.process(
                2, ["mpi", "test"], in: folder, environment: ["KALSAE_MPI": "none.so"]), in: folder)
        #expect(none.status == 1 && none.errors.contains("kalsae mpi build makes one"))
        // One line of Kalsae's for both ranks.
        #expect(none.errors.split(separator: "\n").count { $0.hasPrefix("error: ") } == 1)
    }
}

/// What needs no MPI.
@Suite struct MPICommandTests {
    @Test func theSourceIsOneFile() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let run = try CommandRun(["mpi", "source"], in: folder)
        #expect(run.status == 0)
        #expect(run.output.contains("kalsae_mpi_open_v1(void) {"))
        let includes = run.output.split(separator: "\n").filter { $0.hasPrefix("#include") }
        #expect(includes == ["#include <mpi.h>", "#include <stdio.h>"])
    }

    @Test func aProcessAloneHasNobodyToSpeakWith() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let alone = ["OMPI_COMM_WORLD_SIZE": "", "KALSAE_MPI": "off"]
        let run = try CommandRun(["mpi", "test"], in: folder, environment: alone)
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.errors.contains("expected to be launched by mpirun"))
    }

    /// What mpirun says by the environment is enough.
    @Test(arguments: ["0", "1"]) func oneProcessIsRefusedForRanks(_ rank: String) throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let environment = [
            "OMPI_COMM_WORLD_RANK": rank, "OMPI_COMM_WORLD_SIZE": "3", "KALSAE_MPI": "",
        ]
        let run = try CommandRun(["runs", "list"], in: folder, environment: environment)
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.errors.contains("expected one process, got 3 of mpirun") == (rank == "0"))
        #expect(run.errors.isEmpty == (rank == "1"), "\(run.errors)")
    }

    @Test func withoutACompilerOrWithABadOneALineTells() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let data = ["XDG_DATA_HOME": "\(folder.path)/data"]
        let none = try CommandRun(
            ["mpi", "build"], in: folder, environment: data.merging(["PATH": folder.path]) { $1 })
        #expect(none.status == 1 && none.errors.contains("expected MPI's compiler mpicc, got none"))
        try folder.write(
            "#!/bin/sh\necho warning >&2\necho 'x.c:1: error: no mpi.h' >&2\nexit 1\n", to: "cc")
        chmod("\(folder.path)/cc", 0o755)
        let failing = try CommandRun(
            ["mpi", "build", "--mpicc", "./cc"], in: folder, environment: data)
        #expect(failing.status == 1 && failing.errors.contains("got \"x.c:1: error: no mpi.h\""))
        #expect(failing.errors.split(separator: "\n").count == 1)
        #expect(folder.contents == ["cc"])
        try folder.write("#!/bin/sh\n", to: "cc")
        chmod("\(folder.path)/cc", 0o755)
        let lazy = try CommandRun(
            ["mpi", "build", "--mpicc", "./cc"], in: folder, environment: data)
        #expect(lazy.status == 1 && lazy.errors.contains("got code 0"))
    }
}
