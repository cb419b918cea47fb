import Foundation
import KalsaeFiles
import KalsaeSupport

/// A library for this machine's Open MPI, built once by `kalsae mpi build`, and programs run with it.
enum MPIRun {
    /// Whether this machine has Open MPI, whose options the tests use.
    static let isThere = isOnPath("mpicc") && isOnPath("mpirun") && isOnPath("ompi_info")

    /// Whether tests run that train on several ranks.
    static let areTrainingsWanted = EnvironmentFlag.rankTests.integer != 0

    private static func isOnPath(_ name: String) -> Bool {
        let folders = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return folders.split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
        }
    }

    /// The environment of a launch, with the library where it is looked for.
    static func environment(
        _ folder: CommandRun.Folder, _ others: [String: String] = [:]
    ) -> [String: String] {
        [
            "XDG_DATA_HOME": "\(folder.path)/data", "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "KALSAE_MPI": "", "KALSAE_THREADS": "",
        ].merging(others) { $1 }
    }

    /// `mpirun` of the command, not started.
    static func process(
        _ size: Int, _ arguments: [String], in folder: CommandRun.Folder,
        environment others: [String: String] = [:]
    ) throws -> Process {
        let process = try CommandRun.process(
            [], in: folder, environment: environment(folder, others))
        process.arguments =
            [
                "mpirun", "--oversubscribe", "--bind-to", "none", "--mca", "mpi_yield_when_idle",
                "1", "-n", "\(size)", try CommandRun.executable.path,
            ] + arguments
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        return process
    }

    /// A file of the system, which says that it is empty; nothing where there is none.
    static func text(of path: String) -> String {
        String(decoding: (try? FileBytes.read(path)) ?? [], as: UTF8.self)
    }

    /// The processes below one, as `/proc` has them.
    static func descendants(of root: Int32) -> [(process: Int32, name: String)] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        var parents: [Int32: (Int32, String)] = [:]
        for process in all.compactMap({ Int32($0) }) {
            let text = text(of: "/proc/\(process)/stat")
            guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")")
            else { continue }
            let rest = text[close...].split(separator: " ")
            guard rest.count > 2, let parent = Int32(rest[2]) else { continue }
            parents[process] = (parent, String(text[text.index(after: open)..<close]))
        }
        func isBelow(_ process: Int32) -> Bool {
            var next = parents[process]?.0
            while let parent = next, parent > 1 {
                if parent == root { return true }
                next = parents[parent]?.0
            }
            return false
        }
        return parents.keys.sorted().filter(isBelow).map { ($0, parents[$0]?.1 ?? "") }
    }
}
