import Foundation
import KalsaeSearch
import KalsaeSupport
import Synchronization

/// One store under the rules of `checkStore`, each with a study of its own.
struct StoreProbe {
    let open: @Sendable (StudyDescription) throws -> any StudyStorage

    private func two(_ name: String) throws -> (any StudyStorage, any StudyStorage) {
        let study = StudyDescription(name: name)
        let first = try open(study)
        _ = try first.open(study)
        let second = try open(study)
        _ = try second.open(study)
        return (first, second)
    }

    private func running(_ number: Int, _ owner: String, until: Int = .max) -> TrialRecord {
        var trial = TrialRecord(number: number, state: .running)
        (trial.owner, trial.leasedUntil, trial.attempts, trial.started) = (owner, until, 1, now)
        return trial
    }

    /// A time that no clock of the last years had.
    private let now = 1_000_000_000_000

    func opening() throws -> String? {
        let space = try SearchSpace([
            Parameter("rate", .real(1e-5...1, scale: .log)),
            Parameter("종류", .choice(["a", "ㄴ", 3, 0.5, true])),
        ])
        let study = StudyDescription(name: "opening", directions: [.maximize], space: space)
        if try open(study).open(study) != nil { return "a new study has a space" }
        let known = try open(study).open(
            StudyDescription(name: "opening", directions: [.maximize]))
        guard known?.json.text == space.json.text else {
            return "the space is not what it was made with"
        }
        let other = StudyDescription(name: "opening", directions: [.minimize])
        do {
            _ = try open(study).open(other)
            return "other directions are taken"
        } catch { return nil }
    }

    func numbers() throws -> String? {
        let (first, second) = try two("numbers")
        if try first.add(running(1, "a")) != nil { return "number 1 comes before 0" }
        if try first.add(running(0, "a")) == nil { return "number 0 is refused" }
        if try second.add(running(0, "b")) != nil { return "number 0 comes twice" }
        if try second.add(running(2, "b")) != nil { return "number 2 comes before 1" }
        if try second.add(running(1, "b")) == nil { return "number 1 is refused" }
        let owners = try first.changes(since: 0, from: 0).trials.map(\.owner)
        return owners == ["a", "b"] ? nil : "the owners are \(owners)"
    }

    func owners() throws -> String? {
        let (first, second) = try two("owners")
        var trial = running(0, "a")
        _ = try first.add(trial)
        trial.owner = "b"
        if try second.update(trial) != nil { return "a trial of another worker is written" }
        trial.owner = "a"
        (trial.state, trial.values, trial.ended) = (.complete, [1], now + 1)
        if try first.update(trial) == nil { return "the own trial is not written" }
        trial.values = [2]
        if try first.update(trial) != nil { return "a finished trial changes" }
        if try first.update(running(1, "a")) != nil { return "a trial that is none is written" }
        let values = try second.changes(since: 0, from: 0).trials.map(\.values)
        return values == [[1]] ? nil : "the values are \(values)"
    }

    func contents() throws -> String? {
        let (first, second) = try two("contents")
        var trial = running(0, "host-1-2")
        trial.parameters["rate"] = .real(0.1 + 0.2)
        trial.parameters["least"] = .real(.leastNonzeroMagnitude)
        trial.parameters["count"] = .integer(.max)
        trial.parameters["종류"] = .text("it's \"ㄱ\" \\ {1,2}\n\t")
        trial.parameters["flag"] = .flag(false)
        _ = try first.add(trial)
        var seen = try second.changes(since: 0, from: 0)
        guard seen.trials == [trial] else { return "\(seen.trials) instead of \(trial)" }
        let values = [1.0, -0.0, .infinity, -.infinity, 1e308, .leastNonzeroMagnitude, 0.1]
        for (index, value) in values.enumerated() {
            trial.reports.append(TrialReport(step: index * 3, value: value))
            trial.leasedUntil = now + index
            guard try first.update(trial) != nil else { return "report \(index) is refused" }
            seen = try second.changes(since: seen.revision, from: 0)
            guard seen.trials == [trial] else { return "\(seen.trials) instead of \(trial)" }
        }
        (trial.state, trial.reason, trial.run) = (.failed, "a\nb '한글'", "")
        (trial.values, trial.ended, trial.spaceVersion) = ([.infinity], now + 9, 3)
        _ = try first.update(trial)
        seen = try second.changes(since: 0, from: 0)
        guard seen.trials == [trial] else { return "\(seen.trials) instead of \(trial)" }
        var copy = TrialRecord(number: 1, parameters: trial.parameters, values: [2, 3])
        (copy.reports, copy.source) = (trial.reports, "another")
        _ = try first.add(copy)
        let all = try second.changes(since: 0, from: 0).trials
        return all == [trial, copy] ? nil : "\(all.last.debugDescription) instead of \(copy)"
    }

    func claims() throws -> String? {
        let (first, second) = try two("claims")
        _ = try first.add(TrialRecord(number: 0))
        _ = try first.add(running(1, "a", until: now + 10))
        let mine = try first.claim(0, for: "a", now: now, until: now + 5)
        guard mine?.owner == "a", mine?.attempts == 1, mine?.started == now else {
            return "a waiting trial is claimed as \(mine.debugDescription)"
        }
        if try second.claim(0, for: "b", now: now + 4, until: now + 9) != nil {
            return "a trial is claimed within its lease"
        }
        let taken = try second.claim(0, for: "b", now: now + 6, until: now + 9)
        guard taken?.attempts == 2, taken?.started == now + 1 else {
            return "a lapsed trial is claimed as \(taken.debugDescription)"
        }
        if try first.claim(2, for: "a", now: now, until: now) != nil { return "a claim of nothing" }
        guard var lost = mine else { return nil }
        (lost.state, lost.values) = (.complete, [1])
        return try first.update(lost) == nil ? nil : "a lost trial is written"
    }

    func leases() throws -> String? {
        let (first, second) = try two("leases")
        _ = try first.add(running(0, "a", until: now))
        _ = try first.add(running(1, "b", until: now))
        try first.renew([0, 1, 7], of: "a", until: now + 100)
        let leases = try second.changes(since: 0, from: 0).trials.map(\.leasedUntil)
        return leases == [now + 100, now] ? nil : "the leases are \(leases)"
    }

    func spaces() throws -> String? {
        let (first, second) = try two("spaces")
        let seen = try second.changes(since: 0, from: 0).revision
        var space = try SearchSpace([Parameter("x", .real(0...1))])
        space.version = 2
        guard try first.change(to: space) else { return "version 2 is refused" }
        if try second.change(to: space) { return "version 2 comes twice" }
        let changes = try second.changes(since: seen, from: 0)
        guard changes.space?.json.text == space.json.text else { return "the change is not seen" }
        space.version = 4
        return try second.change(to: space) ? "version 4 follows 2" : nil
    }

    /// Eight workers ask and tell at once.
    func crowd() throws -> String? {
        let (count, workers) = (120, 8)
        let space = try SearchSpace([Parameter("x", .real(0...1))])
        let study = StudyDescription(name: "crowd", space: space)
        let open = open
        let start = ContinuousClock.now
        let outcome = Mutex<[String]>([])
        let studies = Mutex<[Study]>([])
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            do {
                let worker = try Study(
                    "crowd", space: space, sampler: RandomSampler(), storage: open(study))
                try worker.optimize(trials: count) { trial in
                    let x = try trial.real("x", in: 0...1)
                    for step in 0..<3 { _ = try trial.report(x, step: step) }
                    return x
                }
                studies.withLock { $0.append(worker) }
            } catch { outcome.withLock { $0.append("a worker threw \(error)") } }
        }
        if let line = outcome.withLock({ $0.first }) { return line }
        // Workers of a storage without leases end before the trials of others do.
        let known = try studies.withLock { $0 }.map { try $0.trials() }
        guard let first = known.first, first.count == count else {
            return "\(known.first?.count ?? 0) trials instead of \(count)"
        }
        guard first.allSatisfy({ $0.state == .complete }) else {
            return "not all trials are complete"
        }
        // On a machine that gives a worker no core for as long, its lease lapses, and another one goes on.
        let mayLapse = start.duration(to: .now) > .seconds(15)
        guard mayLapse || first.allSatisfy({ $0.attempts == 1 }) else {
            return "a trial was taken twice"
        }
        guard first.allSatisfy({ $0.values == [$0.reports.last?.value ?? .nan] }) else {
            return "values are not those of their trials"
        }
        return known.allSatisfy { $0 == first } ? nil : "workers know different trials"
    }
}
