import Foundation
import KalsaeBackend
import KalsaeSupport

/// The processes of a search: a process that is gone without having ended is replaced.
struct SearchCrew {
    let count: Int
    let study: String
    let folder: String
    /// The database of the study; nil where it is in the folder.
    let address: String?
    /// Threads of all together; nil for one per core.
    let threads: Int?

    /// Replacements for each process, so that one which cannot live ends.
    private static let mostReplacements = 100

    /// Runs them until all have ended.
    ///
    /// - Parameter onTime: called ten times a second.
    func run(onTime: () throws -> Void) async throws {
        let cores = threads ?? ComputeThread.threadCount
        let own = max(1, cores / count)
        var running: [Process] = []
        for _ in 0..<count { running.append(try start(threads: own)) }
        var (replacements, faults, isForwarded) = (0, 0, false)
        while !running.isEmpty {
            try await Task.sleep(for: .milliseconds(100))
            if Interrupt.isRequested, !isForwarded {
                // Workers are process groups of their own: Ctrl-C comes to none of them.
                isForwarded = true
                for process in running { process.terminate() }
            }
            for index in running.indices.reversed() where !running[index].isRunning {
                let gone = running.remove(at: index)
                guard gone.terminationReason == .uncaughtSignal, !Interrupt.isRequested,
                    replacements < Self.mostReplacements * count
                else {
                    if gone.terminationStatus != 0, !Interrupt.isRequested {
                        faults += 1
                    }
                    continue
                }
                replacements += 1
                Notice.say("worker \(gone.processIdentifier) is gone: another takes over")
                running.append(try start(threads: own))
            }
            try onTime()
        }
        guard faults < count else {
            throw KalsaeError(
                "study \(study)", expected: "workers that train",
                got: "all \(count) ended with an error, which stands above")
        }
    }

    private func start(threads: Int) throws -> Process {
        let process = try OwnProgram.process([
            "search", "trainer", study, "--workers", "\(count)", "--runs", folder, "--threads",
            "\(threads)", "--quiet", "--parent", "\(ProcessInfo.processInfo.processIdentifier)",
        ])
        // Arguments are seen by all users of a machine, and an address may have a password.
        if let address {
            process.environment = LaunchedProcess.childEnvironment
                .merging([EnvironmentFlag.store.rawValue: address]) { $1 }
        }
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        return process
    }
}
