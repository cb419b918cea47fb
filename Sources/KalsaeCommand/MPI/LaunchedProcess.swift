import ArgumentParser
import Foundation
import KalsaeDistributed
import KalsaeSupport
import Synchronization

/// A verb that several processes may be launched for, as they do it together.
protocol RankedCommand: ParsableCommand {}

/// This process as one of several that were launched together.
enum LaunchedProcess {
    private static let opened = Mutex<(any ProcessGroup)?>(nil)

    /// The group of these processes; nil for one alone. Ranks above 0 write no results and no
    /// notices from then on, and whatever error ends this process ends all.
    static func group() throws(KalsaeError) -> (any ProcessGroup)? {
        guard let group = try ProcessGroups.launched() else { return nil }
        opened.withLock { $0 = group }
        if group.rank > 0 {
            Console.silence()
            Console.silenceResults()
            Notice.silence()
        }
        return group
    }

    /// The launcher of several processes, of which this is one; nil in a process of its own.
    static var launcher: Launcher? {
        guard let launcher = try? Launcher.ofProcess(), launcher.size > 1 else { return nil }
        return launcher
    }

    /// How many processes compute together, once their group is opened.
    static var rankCount: Int { opened.withLock { $0 }?.size ?? 1 }

    /// Throws where several processes were launched for what one does; rank 0 tells it for all.
    static func checkAlone(_ command: any ParsableCommand, _ verb: String) throws(KalsaeError) {
        guard !(command is any RankedCommand), let launcher else { return }
        guard launcher.rank == 0 else {
            // The launcher ends all with the first that ends.
            sleep(2)
            exit(1)
        }
        throw KalsaeError(
            "kalsae \(verb)", expected: "one process",
            got: "\(launcher.size) of \(launcher.name)",
            advice: "start it without; with KALSAE_MPI=off each process does it by itself")
    }

    /// The environment of programs that this one starts: they are no ranks of its group.
    static var childEnvironment: [String: String] {
        let own = ProcessInfo.processInfo.environment
        guard opened.withLock({ $0 != nil }) || launcher != nil else { return own }
        return own.merging([EnvironmentFlag.mpi.rawValue: "off"]) { $1 }
    }

    /// The rank in front of its errors: nothing for rank 0, which speaks for all.
    static var errorPrefix: String {
        if let group = opened.withLock({ $0 }) {
            return group.rank > 0 ? "\(group.name(of: group.rank)): " : ""
        }
        guard let launcher, launcher.rank > 0 else { return "" }
        return "rank \(launcher.rank) (host \(ProcessInfo.processInfo.hostName)): "
    }

    /// Ends the other ranks, where there are any.
    static func abort(_ code: Int32) { opened.withLock { $0 }?.abort(code) }

    /// Called before an error is told, so that one which all ranks have is told once: by rank 0,
    /// whose end makes the launcher end the others.
    static func letRankZeroTell(_ error: any Error) {
        if let group = opened.withLock({ $0 }) {
            guard error is OtherRankFailed else { return }
            // Rank 0 never comes here.
            try? group.barrier(doing: "the end")
            exit(1)
        }
        guard let launcher, launcher.rank > 0 else { return }
        sleep(2)
    }
}
