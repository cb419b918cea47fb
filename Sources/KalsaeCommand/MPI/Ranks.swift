import ArgumentParser
import KalsaeBackend
import KalsaeCPU
import KalsaeDistributed
import KalsaeSupport
import KalsaeTensor

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

    /// Throws where ranks differ in what must be the same on all of them; rank 0 tells which cards they
    /// compute with, where there are any.
    ///
    /// - Parameters:
    ///   - fingerprint: what identifies the data.
    ///   - instructions: whether they must compute by the same, so that bits are equal.
    func checkAlike(data fingerprint: String, instructions: Bool = true) throws {
        guard let group else { return }
        let device = EnvironmentFlag.device.value.prefix { $0 != ":" }
        let own = [
            ("version", KalsaeTool.configuration.version),
            ("instruction set", InstructionSet.current.rawValue), ("device", String(device)),
            ("precision", EnvironmentFlag.precision.value), ("data", fingerprint),
        ]
        for (name, value) in own where instructions || name != "instruction set" {
            let all = try group.gather(Array(value.utf8), doing: "the \(name)")
            try agree("the \(name)") {
                guard leads, let other = all.firstIndex(where: { $0 != all[0] }) else { return }
                let got = String(decoding: all[other], as: UTF8.self)
                throw KalsaeError(
                    name, expected: "\(value) on all ranks, as on \(group.name(of: 0))",
                    got: "\(got) on \(group.name(of: other))",
                    advice: Self.advice(name, value, got))
            }
        }
        if device != "cpu" { try tellDevices(group) }
    }

    /// How ranks become alike in something.
    private static func advice(_ name: String, _ first: String, _ other: String) -> String {
        switch name {
        case "version": return "install the same version on all hosts"
        case "instruction set":
            let both = [first, other].compactMap { InstructionSet(rawValue: $0) }.min()
            return "set KALSAE_ISA=\(both.map { "\($0)" } ?? "scalar") for all ranks, which all "
                + "have (mpirun of Open MPI: -x KALSAE_ISA)"
        case "device": return "say one for all ranks, as --device \(first)"
        case "precision": return "say one for all ranks, as --precision \(first)"
        default: return "copy the data of one host to all"
        }
    }

    /// Tells which card each rank computes with, and where several share one.
    private func tellDevices(_ group: any ProcessGroup) throws(KalsaeError) {
        let all = try group.gather(Array(Device.current.name.utf8), doing: "the devices")
            .map { String(decoding: $0, as: UTF8.self) }
        guard leads, all.count == group.hosts.count else { return }
        var hosts: [(name: String, devices: [String])] = []
        for (host, device) in zip(group.hosts, all) {
            if let index = hosts.firstIndex(where: { $0.name == host }) {
                hosts[index].devices.append(device)
            } else {
                hosts.append((host, [device]))
            }
        }
        let text = hosts.map { "\($0.devices.joined(separator: ", ")) on \($0.name)" }
            .joined(separator: "; ")
        let isShared = hosts.contains { Set($0.devices).count < $0.devices.count }
        Notice.say(
            "the ranks compute with \(text)"
                + (isShared ? "; ranks that share one wait for each other" : ""))
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
