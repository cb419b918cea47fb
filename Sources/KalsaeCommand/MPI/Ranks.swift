import ArgumentParser
import KalsaeBackend
import KalsaeCPU
import KalsaeDistributed
import KalsaeSupport

/// The processes that this one was launched with by `mpirun` or `srun`, as a verb sees them: rank 0
/// reads, writes and tells, the others compute with it.
struct Ranks {
    /// The group; nil in a process of its own.
    let group: (any ProcessGroup)?

    /// Joins the group that this process was launched in.
    static func open() throws(KalsaeError) -> Ranks {
        guard let group = try LaunchedProcess.group() else { return Ranks(group: nil) }
        guard group.size > 1 else {
            try group.finish()
            return Ranks(group: nil)
        }
        return Ranks(group: group)
    }

    /// Whether this process reads, writes and tells.
    var leads: Bool { group?.rank ?? 0 == 0 }

    /// How many there are.
    var count: Int { group?.size ?? 1 }

    /// Does what every rank must have done before they go on together; see `ProcessGroup.agree`.
    func agree<Result>(_ work: String, _ body: () throws -> Result) throws -> Result {
        guard let group else { return try body() }
        return try group.agree(work, body)
    }

    /// Throws where ranks differ in what must be the same on all of them.
    ///
    /// - Parameters:
    ///   - fingerprint: what identifies the data.
    ///   - instructions: whether they must compute by the same, so that bits are equal.
    func checkAlike(data fingerprint: String, instructions: Bool = true) throws {
        guard let group else { return }
        let own = [
            ("version", KalsaeTool.configuration.version),
            ("instruction set", InstructionSet.current.rawValue), ("data", fingerprint),
        ]
        for (name, value) in own where instructions || name != "instruction set" {
            let all = try group.gather(Array(value.utf8), doing: "the \(name)")
            try agree("the \(name)") {
                guard leads, let other = all.firstIndex(where: { $0 != all[0] }) else { return }
                let got = String(decoding: all[other], as: UTF8.self)
                throw KalsaeError(
                    name, expected: "\(value) on all hosts, as on \(group.name(of: 0))",
                    got: "\(got) on \(group.name(of: other))",
                    advice: name == "instruction set"
                        ? "set KALSAE_ISA to one that all have" : "give all hosts the same")
            }
        }
    }

    /// Runs a verb's work on all ranks, and leaves the group; so that an error which rank 0 tells ends all
    /// in order. One of another rank, which the others do not know of, ends them at once.
    func perform(_ body: () async throws -> Void) async throws {
        guard let group else { return try await body() }
        let work = leads ? RankZeroWork(group) : nil
        do { try await body() } catch {
            guard leads || error is OtherRankFailed else { throw error }
            // Others that wait for something else do not come: then they are ended with this one.
            if try leave(group, work, within: Self.patience) == false { throw error }
            throw leads ? error : ExitCode.failure
        }
        _ = try leave(group, work)
    }

    /// Seconds that rank 0 waits for the others once it has failed.
    private static let patience = 5.0

    /// Leaves the group once rank 0 is done with all that it does alone.
    ///
    /// - Returns: false where the others have not come within some seconds.
    private func leave(
        _ group: any ProcessGroup, _ work: RankZeroWork?, within seconds: Double? = nil
    ) throws -> Bool {
        StopLine.clear()
        if let work {
            guard work.end(within: seconds) else { return false }
        } else {
            try RankZeroWork.wait(in: group)
        }
        try group.finish()
        return true
    }
}
