import Foundation
import KalsaeFiles
import Testing

@Suite(
    "Training on two hosts", .serialized,
    .enabled(if: MPIRun.areTrainingsWanted, "needs the cores for itself: make test-ranks"),
    .enabled(if: TwoHosts.arePossible, "needs Open MPI, ip, and root to make network namespaces"))
struct TwoHostsTests {
    private static func hosts() throws -> (CommandRun.Folder, TwoHosts) {
        let folder = try LaunchedTraining.folder()
        return (folder, try TwoHosts(in: folder))
    }

    @Test(.enabled(if: dataFolder != nil, "needs the public data sets in KALSAE_DATA"))
    func mnistHasTheSameBits() throws {
        let (folder, hosts) = try Self.hosts()
        defer { hosts.remove(); folder.remove() }
        let data = ["KALSAE_DATA": try #require(dataFolder)]
        func arguments(_ model: String) -> [String] {
            [
                "train", "mnist", "--network", "simple-convnet", "--steps", "40", "--batch", "96",
                "--micro-batches", "12", "--threads", "1", "--no-record", "--output", model,
            ]
        }
        let alone = try CommandRun(arguments("1.safetensors"), in: folder, environment: data)
        #expect(alone.status == 0, "\(alone.errors)")
        for ranks in 2...4 {
            let run = try CommandRun(
                hosts.process(ranks, arguments("\(ranks).safetensors"), environment: data),
                in: folder)
            #expect(run.status == 0, "\(run.errors)")
            #expect(
                try folder.bytes(of: "\(ranks).safetensors") == folder.bytes(of: "1.safetensors"),
                "\(ranks) ranks")
        }
    }

    /// Killed at a step that a pause has fixed, gone on with by three: the bits of a training of one
    /// process that nobody disturbed.
    @Test func aKilledRankIsToldAndThreeGoOn() throws {
        let (folder, hosts) = try Self.hosts()
        defer { hosts.remove(); folder.remove() }
        let options = [
            "--steps", "600", "--name", "shared", "--checkpoint-every", "20steps", "--overwrite",
        ]
        let first = try CommandRun(
            hosts.process(4, LaunchedTraining.arguments("m.safetensors", options)), in: folder
        ) { _ in
            for verb in ["checkpoint", "pause"] {
                try LaunchedTraining.steer("shared", [verb], in: folder)
            }
            kill(try LaunchedTraining.process(ofRank: 2, in: folder), SIGKILL)
        }
        #expect(first.status != 0)
        #expect(!folder.contents.contains("m.safetensors"))
        let line = try #require(
            first.errors.split(separator: "\n").first {
                $0.contains("rank 0 (host \(hosts.names[0])) was told to stop behind step")
            }, "\(first.errors)")
        #expect(line.contains("kalsae train --resume shared"))
        let second = try CommandRun(
            hosts.process(3, ["train", "--resume", "shared"]), in: folder)
        #expect(second.status == 0, "\(second.errors)")
        let alone = try CommandRun(
            LaunchedTraining.arguments("alone.safetensors", ["--steps", "600", "--no-record"]),
            in: folder)
        #expect(alone.status == 0, "\(alone.errors)")
        #expect(try folder.bytes(of: "m.safetensors") == folder.bytes(of: "alone.safetensors"))
    }

    /// Who waits says for whom, and in what step; then all end.
    @Test(arguments: ["a rank that stops", "a link that is cut"])
    func whoDoesNotAnswerIsTold(_ fault: String) throws {
        let (folder, hosts) = try Self.hosts()
        defer { hosts.remove(); folder.remove() }
        let arguments = LaunchedTraining.arguments(
            "m.safetensors",
            ["--steps", "100000", "--patience", "0", "--name", "still", "--threads", "1"])
        let begin = ContinuousClock.now
        let run = try CommandRun(
            // The launcher looks for a link's end some seconds long.
            hosts.process(4, arguments, environment: ["KALSAE_WATCHDOG": "1,15"]), in: folder
        ) { process in
            let launcher = process.processIdentifier
            DispatchQueue.global().asyncAfter(deadline: .now() + 60) { kill(launcher, SIGKILL) }
            try LaunchedTraining.steer("still", ["note", "begun"], in: folder)
            if fault == "a link that is cut" {
                try hosts.cut()
            } else {
                kill(try LaunchedTraining.process(ofRank: 3, in: folder), SIGSTOP)
            }
        }
        #expect(ContinuousClock.now - begin < .seconds(60))
        #expect(run.status != 0)
        let (near, far) = (hosts.names[0], hosts.names[1])
        let pattern = try Regex(
            "kalsae: rank [01] \\(host \(near)\\) has waited 1 s for rank [23] \\(host \(far)\\) "
                + "in the (sums of|command behind) step [0-9]+")
        #expect(run.errors.contains(pattern), "\(run.errors)")
    }
}
