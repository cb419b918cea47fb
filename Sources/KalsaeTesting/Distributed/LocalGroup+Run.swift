import Foundation
import KalsaeDistributed
import Synchronization

extension LocalGroup {
    /// Runs `body` as each member of a new group, on a thread for each, and waits for all: what
    /// each returned or threw, by rank.
    ///
    /// Values of the caller's task, as flags of a scope, are not seen by the threads.
    public static func run<Value: Sendable>(
        _ size: Int, hosts: [String]? = nil,
        _ body: @escaping @Sendable (LocalGroup) throws -> Value
    ) -> [Result<Value, any Error>] {
        let results = Results<Value>()
        let done = DispatchGroup()
        for member in members(size, hosts: hosts) {
            done.enter()
            let thread = Thread {
                let result = Result { try body(member) }
                results.byRank.withLock { $0[member.rank] = result }
                done.leave()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        done.wait()
        let all = results.byRank.withLock { $0 }
        return (0..<size).compactMap { all[$0] }
    }
}

private final class Results<Value: Sendable>: Sendable {
    let byRank = Mutex<[Int: Result<Value, any Error>]>([:])
}
