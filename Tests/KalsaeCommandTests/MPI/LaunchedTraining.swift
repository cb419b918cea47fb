import Foundation
import Testing

/// A training that tests launch on several ranks: digits that are drawn, a network with everything
/// whose bits could depend on ranks, and a run with checkpoints.
enum LaunchedTraining {
    /// Batch norm, dropout and convolutions.
    static let network = """
        [{"layer": "conv2D", "filters": 4, "kernel": 3, "activation": "relu"}, {"layer": "batchNorm"},
         {"layer": "maxPool2D"}, {"layer": "flatten"}, {"layer": "dropout", "rate": 0.2},
         {"layer": "dense", "units": 10}]
        """

    /// A folder with the network and the library for MPI.
    static func folder() throws -> CommandRun.Folder {
        let folder = try CommandRun.Folder()
        try folder.write(network, to: "layers.json")
        let built = try CommandRun(
            ["mpi", "build"], in: folder, environment: MPIRun.environment(folder))
        #expect(built.status == 0, "\(built.errors)")
        return folder
    }

    /// The arguments of a training of one thread a rank.
    static func arguments(_ model: String, _ others: [String] = []) -> [String] {
        [
            "train", "digits", "--network", "layers.json", "--batch", "50", "--threads", "1",
            "--micro-batches", "6", "--output", model,
        ] + others
    }

    /// The process of a rank that was launched in a folder, once it is there.
    static func process(ofRank rank: Int, in folder: CommandRun.Folder) throws -> Int32 {
        for _ in 0..<500 {
            let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            for process in all.compactMap({ Int32($0) }) {
                guard
                    let text = try? String(
                        contentsOfFile: "/proc/\(process)/environ", encoding: .utf8),
                    let name = try? String(
                        contentsOfFile: "/proc/\(process)/comm", encoding: .utf8),
                    name == "kalsae\n"
                else { continue }
                let variables = text.split(separator: "\0")
                if variables.contains("OMPI_COMM_WORLD_RANK=\(rank)"),
                    variables.contains("KALSAE_RUNS=\(folder.runs)")
                {
                    return process
                }
            }
            usleep(20_000)
        }
        throw CocoaError(.fileNoSuchFile)
    }

    /// Has a run of a folder do something, once it is recorded.
    ///
    /// - Returns: the step at which it did.
    @discardableResult
    static func steer(
        _ run: String, _ verb: [String], in folder: CommandRun.Folder
    ) throws -> Int {
        let aside = try CommandRun.Folder()
        defer { aside.remove() }
        var errors = ""
        for _ in 0..<200 {
            let steered = try CommandRun(
                ["steer", run] + verb + ["--runs", folder.runs, "--json"], in: aside)
            if steered.status == 0 { return try steered.json["step"]?.integer ?? 0 }
            errors = steered.errors
            usleep(50_000)
        }
        Issue.record("\(verb) is not obeyed: \(errors)")
        return 0
    }
}
