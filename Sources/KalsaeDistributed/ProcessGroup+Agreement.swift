import KalsaeSupport

/// The error of another rank, as rank 0 throws it.
public struct RankFailed: Error, Equatable, CustomStringConvertible {
    /// The rank that failed, and its error with its name in front.
    public let (rank, description): (Int, String)
}

/// Another rank failed, or this one, and rank 0 tells the error: nothing is to be printed.
public struct OtherRankFailed: Error, Equatable {
    /// Makes one.
    public init() {}
}

extension ProcessGroup {
    /// Runs `body` on every rank; where it throws on one, all throw, so that nobody goes on and
    /// waits for the others.
    ///
    /// The error is told once: rank 0 throws its own, else a `RankFailed` with that of the first rank
    /// which failed; the others throw `OtherRankFailed`.
    ///
    /// - Parameter work: what is done, behind the word "in".
    public func agree<Result>(
        _ work: @autoclosure () -> String, _ body: () throws -> Result
    ) throws -> Result {
        let result: Result
        do {
            result = try body()
        } catch {
            try agree(work(), on: error)
            throw error
        }
        try agree(work(), on: nil)
        return result
    }

    /// The same for work that is already done, and its error.
    public func agree(_ work: @autoclosure () -> String, on failure: (any Error)?) throws {
        let own: [UInt8] = failure.map { [1] + [UInt8]("\($0)".utf8) } ?? []
        let all = try gather(own, doing: work())
        let first = all.firstIndex { !$0.isEmpty }
        let told = try broadcast([first == nil ? 0 : 1], doing: work())
        guard told == [1] else { return }
        guard rank == 0, let first else { throw OtherRankFailed() }
        if let failure { throw failure }
        let text = String(decoding: all[first].dropFirst(), as: UTF8.self)
        throw RankFailed(rank: first, description: "\(name(of: first)): \(text)")
    }
}
