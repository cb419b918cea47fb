import Foundation
import KalsaeDistributed
import KalsaeSupport
import Synchronization

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

    /// The environment of programs that this one starts: they are no ranks of its group.
    static var childEnvironment: [String: String] {
        let own = ProcessInfo.processInfo.environment
        guard opened.withLock({ $0 != nil }) else { return own }
        return own.merging([EnvironmentFlag.mpi.rawValue: "off"]) { $1 }
    }

    /// The rank in front of its errors: nothing for rank 0, which speaks for all.
    static var errorPrefix: String {
        guard let group = opened.withLock({ $0 }), group.rank > 0 else { return "" }
        return "\(group.name(of: group.rank)): "
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
        let environment = ProcessInfo.processInfo.environment
        guard let launcher = try? Launcher(environment), launcher.rank > 0 else { return }
        sleep(2)
    }
}
