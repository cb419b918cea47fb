import Glibc
import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

extension Router {
    /// Goes on with a study to a number of trials in all.
    func extend(_ name: String, by body: JSONValue) throws -> JSONValue {
        guard let more = body["trials"]?.integer, (1...100_000).contains(more) else {
            throw HTTPFault(400, "trials: expected a whole number from 1 to 100000")
        }
        let count = try stores.read { store in
            try OpenStudy(name, in: store).study.trials().count { $0.source.isEmpty }
        }
        let pid = try programs.resumeSearch(["--resume=\(name)", "--trials=\(count + more)"])
        return message("process \(pid) goes on to \(count + more) trials")
    }

    /// Ends the processes of this machine that search, each where it can be gone on with.
    func stopSearch(_ name: String) throws -> JSONValue {
        let trials = try stores.read { try OpenStudy(name, in: $0).study.trials() }
        let owners = Set(trials.filter { $0.state == .running }.compactMap { process(of: $0) })
        guard !owners.isEmpty else {
            throw HTTPFault(409, "stop: expected a process of this machine that searches, got none")
        }
        for pid in owners { Glibc.kill(pid, SIGTERM) }
        return message("asked \(owners.count.counting("process", "processes")) to end")
    }

    /// Ends the training of a trial, which counts as failed or with what it has.
    func kill(_ body: JSONValue, of name: String) throws -> JSONValue {
        guard let number = body["trial"]?.integer else {
            throw HTTPFault(400, "trial: expected its number")
        }
        let trials = try stores.read { try OpenStudy(name, in: $0).study.trials() }
        guard let trial = trials.first(where: { $0.number == number }), trial.state == .running
        else { throw HTTPFault(409, "trial: expected one that runs, got another one") }
        guard let pid = process(of: trial) else {
            throw HTTPFault(409, "trial: expected a process of this machine, got \(trial.owner)")
        }
        Glibc.kill(pid, SIGTERM)
        return message("asked process \(pid), which trains trial \(number), to end")
    }

    /// The process of a trial's worker: of this machine, and of this program.
    private func process(of trial: TrialRecord) -> pid_t? {
        let parts = trial.owner.split(separator: "-")
        guard parts.count > 3, let pid = pid_t(parts[parts.count - 3]), pid > 1,
            parts.dropLast(3).joined(separator: "-") == Server.machine
        else { return nil }
        func program(_ name: String) -> String? {
            var bytes = [CChar](repeating: 0, count: 4096)
            guard readlink("/proc/\(name)/exe", &bytes, bytes.count - 1) > 0 else { return nil }
            return String(
                decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        guard let theirs = program("\(pid)"), theirs == program("self") else { return nil }
        return pid
    }

    /// Narrows the ranges of parameters; trials that come are drawn from the new ones.
    func narrow(_ name: String, to body: JSONValue) throws -> JSONValue {
        guard let ranges = body["ranges"]?.members, !ranges.isEmpty else {
            throw HTTPFault(400, "ranges: expected parameters with two bounds each")
        }
        return try stores.write { store in
            let study = try OpenStudy(name, in: store).study
            guard case .object(var space) = study.space.json,
                let list = space.firstIndex(where: { $0.key == "parameters" }),
                var parameters = space[list].value.array
            else { throw HTTPFault(500, "space: expected parameters") }
            for range in ranges {
                let index = parameters.firstIndex { $0["name"]?.string == range.key }
                guard let index, case .object(var members) = parameters[index],
                    let kind = members.firstIndex(where: { ["real", "integer"].contains($0.key) }),
                    let bounds = range.value.array, bounds.count == 2,
                    let low = bounds[0].number, let high = bounds[1].number, low < high,
                    members[kind].key == "real" || max(-low, high) < 0x1p53
                else {
                    throw HTTPFault(
                        400,
                        "ranges: expected two bounds of a number, got "
                            + range.key.prefix(40).debugDescription)
                }
                members[kind].value =
                    members[kind].key == "integer"
                    ? [.integer(Int(low.rounded(.up))), .integer(Int(high.rounded(.down)))]
                    : [.number(low), .number(high)]
                parameters[index] = .object(members)
            }
            space[list].value = .array(parameters)
            try study.change(to: SearchSpace(json: .object(space)))
            return message("\(ranges.count.counting("range")) changed")
        }
    }

    /// Makes a study like another one, which learns from its trials.
    func fork(_ name: String, as body: JSONValue) throws -> JSONValue {
        guard let wanted = body["name"]?.string, !wanted.isEmpty, wanted.utf8.count <= 200 else {
            throw HTTPFault(400, "name: expected that of a new study")
        }
        return try stores.write { store in
            guard try !store.studyNames().contains(wanted) else {
                throw HTTPFault(409, "name: expected one that no study has")
            }
            let old = try OpenStudy(name, in: store).study
            let new = try Study(wanted, old.directions, in: store, space: old.space)
            try store.setStudyConfiguration(wanted, to: store.studyConfiguration(name))
            let count = try new.warmStart(from: old)
            return message("\(wanted) learns from \(count.counting("trial"))")
        }
    }

    private func message(_ text: String) -> JSONValue { ["message": .string(text)] }
}
