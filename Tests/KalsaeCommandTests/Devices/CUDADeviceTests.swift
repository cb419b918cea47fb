import Foundation
import KalsaeFiles
import Testing

/// What this machine has of CUDA, emulated or real.
private enum CUDALibraries {
    /// The folder of the emulated libraries.
    static let folder = ProcessInfo.processInfo.environment["EMULATED_CUDA_FOLDER"]

    /// Whether a library is installed, which an empty folder cannot hide.
    static func isInstalled(_ name: String) -> Bool {
        ["/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"]
            .contains { FileManager.default.fileExists(atPath: "\($0)/\(name)") }
            || FileManager.default.fileExists(atPath: "/usr/local/cuda")
    }
}

/// `--device cuda` on the emulated card of `Scripts/test-devices`, each in a process of its own: what is
/// there, what is missing, what fails; never is anything computed elsewhere instead.
@Suite(.enabled(if: CUDALibraries.folder != nil, "runs in Scripts/test-devices"))
struct CUDADeviceTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    /// Runs the command with some of the emulated libraries, all by default, and settings of the card.
    private func run(
        _ arguments: String..., card: String = "", libraries: [String]? = nil
    ) throws -> CommandRun {
        var path = try #require(CUDALibraries.folder)
        if let libraries {
            let own = folder.path + "-libraries"
            try FileManager.default.createDirectory(
                atPath: own, withIntermediateDirectories: true)
            for name in libraries + ["preamble.h"] {
                try FileManager.default.copyItem(
                    atPath: "\(path)/\(name)", toPath: "\(own)/\(name)")
            }
            path = own
        }
        defer { try? FileManager.default.removeItem(atPath: folder.path + "-libraries") }
        return try CommandRun(
            arguments, in: folder,
            environment: ["LD_LIBRARY_PATH": path, "EMULATED_CUDA": card, "KALSAE_DEVICE": ""])
    }

    /// What `doctor` says of the card.
    private func doctor(_ card: String, _ libraries: [String]? = nil) throws -> String {
        let result = try run("doctor", "--json", card: card, libraries: libraries)
        #expect(result.status == 0)
        let line = try result.json["cuda"]
        return line?.string ?? line?["cuda:0"]?.string ?? ""
    }

    @Test func aTrainingGivesTheSameModelTwiceAndSaysItsDevice() throws {
        defer { folder.remove() }
        for name in ["one", "two"] {
            let result = try run(
                "train", "iris", "--network", "4-5-3", "--epochs", "5", "--name", name, "--quiet",
                "--device", "cuda", "--output", "\(name).safetensors")
            #expect(result.status == 0, "\(result.errors)")
        }
        #expect(try folder.bytes(of: "one.safetensors") == folder.bytes(of: "two.safetensors"))
        let record = try run("runs", "show", "one", "--json").json
        #expect(record["configuration"]?["device"]?.string == "cuda")
    }

    @Test func aTrainingThatLostItsCardGoesOnToTheSameModel() throws {
        defer { folder.remove() }
        func train(_ name: String, epochs: Int) throws {
            let result = try run(
                "train", "iris", "--network", "4-5-3", "--epochs", "\(epochs)", "--name", name,
                "--quiet", "--device", "cuda", "--checkpoint-every", "1steps",
                "--output", "\(name).safetensors")
            #expect(result.status == 0, "\(result.errors)")
        }
        try train("whole", epochs: 10)
        // The first half leaves a checkpoint for certain; how soon one follows is up to the disc.
        try train("broken", epochs: 5)
        let broken = try run(
            "train", "--resume", "broken", "--epochs", "10", "--quiet",
            card: "fail=cuStreamSynchronize:20:719")
        #expect(broken.status != 0)
        #expect(broken.errors.contains("start it again, a run with --resume"))
        #expect(broken.errors.contains("the last checkpoint is of step "))
        #expect(broken.errors.hasSuffix("go on with: kalsae train --resume broken\n"))
        #expect(try run("train", "--resume", "broken", "--epochs", "10", "--quiet").status == 0)
        #expect(
            try folder.bytes(of: "whole.safetensors") == folder.bytes(of: "broken.safetensors"))
    }

    /// What did not fit is offered again in smaller parts, which goes on.
    @Test func aTrainingWithoutMemoryGoesOnInSmallerParts() throws {
        defer { folder.remove() }
        let first = try run(
            "train", "iris", "--network", "4-64-3", "--batch", "50", "--epochs", "2", "--name",
            "large", "--quiet", "--device", "cuda", "--checkpoint-every", "1steps")
        #expect(first.status == 0, "\(first.errors)")
        let full = try run(
            "train", "--resume", "large", "--epochs", "4", "--quiet", card: "memory=65536")
        #expect(full.status != 0)
        #expect(full.errors.hasPrefix("error: run large: memory of cuda:0: "), "\(full.errors)")
        #expect(
            full.errors.hasSuffix("go on with: kalsae train --resume large --micro-batches 2\n"),
            "\(full.errors)")
        let parts = try run(
            "train", "--resume", "large", "--micro-batches", "2", "--epochs", "4", "--quiet")
        #expect(parts.status == 0, "\(parts.errors)")
    }

    /// Cards are dealt by the ranks' numbers on their host; one that is named is everybody's.
    @Test(
        .enabled(if: MPIRun.isThere, "needs Open MPI: mpicc and mpirun"),
        arguments: [
            ("cuda", "cards=2", "cuda:0, cuda:1, cuda:0 on "),
            ("cuda", "cards=3", "cuda:0, cuda:1, cuda:2 on "),
            ("cuda:1", "cards=2", "cuda:1, cuda:1, cuda:1 on "),
        ]) func ranksOfAHostTakeACardEach(_ device: String, _ card: String, _ words: String) throws
    {
        let folder = try LaunchedTraining.folder()
        defer { folder.remove() }
        let path = try #require(CUDALibraries.folder)
        let run = try CommandRun(
            MPIRun.process(
                3,
                [
                    "train", "iris", "--network", "4-5-3", "--epochs", "1", "--no-record",
                    "--device", device,
                ], in: folder,
                environment: ["LD_LIBRARY_PATH": path, "EMULATED_CUDA": card, "KALSAE_DEVICE": ""]),
            in: folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("the ranks compute with \(words)"), "\(run.errors)")
        #expect(run.errors.contains("share one") == (card == "cards=2"), "\(run.errors)")
        #expect(run.output.contains(", device cuda, 3 ranks, 4 micro-batches"), "\(run.output)")
    }

    @Test(
        .disabled(if: CUDALibraries.isInstalled("libcuda.so.1"), "this machine has NVIDIA's driver")
    )
    func withoutTheDriverNothingRuns() throws {
        defer { folder.remove() }
        let result = try run("train", "iris", "--epochs", "1", "--device", "cuda", libraries: [])
        #expect(result.status != 0)
        #expect(
            result.errors
                == "error: CUDA: expected a library libcuda.so.1 or libcuda.so, got none; "
                + "install NVIDIA's driver\n")
        #expect(folder.contents == [])
    }

    @Test(
        .disabled(if: CUDALibraries.isInstalled("libnvrtc.so"), "this machine has a CUDA toolkit"))
    func withoutTheCompilerNothingRuns() throws {
        defer { folder.remove() }
        let result = try run(
            "train", "iris", "--epochs", "1", "--device", "cuda", libraries: ["libcuda.so.1"])
        #expect(result.status != 0)
        #expect(result.errors.hasPrefix("error: CUDA: expected its compiler, libnvrtc.so.13, "))
        #expect(result.errors.hasSuffix("install the CUDA toolkit, or its package nvrtc\n"))
        #expect(folder.contents == [])
    }

    @Test func doctorShowsAllCards() throws {
        defer { folder.remove() }
        let cards = try run("doctor", "--json", card: "cards=2").json["cuda"]
        for name in ["cuda:0", "cuda:1"] {
            #expect(cards?[name]?.string?.hasSuffix("passes its self-test") == true)
        }
    }

    @Test func theLatestCompilerThatTheDriverTakesIsUsed() throws {
        defer { folder.remove() }
        #expect(try doctor("").contains("CUDA 13.0, NVRTC 13.0, sm_90; passes its self-test"))
        let older = try doctor("driver=12040")
        #expect(older.contains("CUDA 12.4, NVRTC 12.9, sm_90; passes its self-test"))
    }

    @Test(
        .disabled(if: CUDALibraries.isInstalled("libnvrtc.so"), "this machine has a CUDA toolkit"))
    func aCompilerThatIsTooNewIsNamed() throws {
        defer { folder.remove() }
        #expect(
            try doctor("driver=12040", ["libcuda.so.1", "libnvrtc.so.13"])
                == "CUDA: expected a compiler that the driver for CUDA 12.4 takes, got NVRTC 13.0; "
                + "update NVIDIA's driver, or install NVRTC 12")
    }

    @Test func aCardThatTheCompilerDoesNotKnowGetsPTX() throws {
        defer { folder.remove() }
        #expect(
            try doctor("capability=100;architectures=75 80 90")
                .hasSuffix("sm_100 by PTX of compute_90; passes its self-test"))
        #expect(
            try doctor("capability=61")
                == "CUDA: expected a card of sm_75 or later for NVRTC 13.0, got sm_61; "
                + "install an older CUDA toolkit")
        // PTX of a later version than the driver's, which only machine code would not mind.
        let newer = try doctor("capability=100;architectures=75 90;nvrtc=13010")
        #expect(newer.contains("got CUDA_ERROR_UNSUPPORTED_PTX_VERSION"))
        #expect(newer.contains("update NVIDIA's driver, or install an older CUDA toolkit"))
    }

    @Test(arguments: [
        ("fail=cuMemAlloc_v2:3:2;memory=1000", "memory of cuda:0: expected"),
        (
            "fail=cuLaunchKernel:30:719",
            "got CUDA_ERROR_LAUNCH_FAILED: unspecified launch failure; "
        ),
        (
            "fail=cuStreamSynchronize:9:999",
            "got CUDA_ERROR_UNKNOWN: unknown error; this process has lost"
        ),
        ("fail=cuInit:1:100", "cuInit: expected success, got CUDA_ERROR_NO_DEVICE"),
        ("driver=11080", "expected a driver for CUDA 12.0 or later, got one for CUDA 11.8"),
        ("cards=0", "cuInit: expected success, got CUDA_ERROR_NO_DEVICE"),
    ]) func aTrainingThatFailsSaysOneLine(_ card: String, _ words: String) throws {
        defer { folder.remove() }
        let result = try run(
            "train", "iris", "--network", "4-5-3", "--epochs", "20", "--device", "cuda", "--quiet",
            card: card)
        #expect(result.status != 0)
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        #expect(result.output == "")
        #expect(folder.contents == [])
    }
}
