import KalsaeSupport

extension Study {
    /// Proposals that may break a constraint before the space counts as empty.
    private static let attempts = (sampler: 100, random: 10_000)

    /// The next trial to evaluate; `tell` says what came of it.
    ///
    /// First come trials whose worker is gone and those that somebody enqueued, then proposals of
    /// the sampler.
    public func ask() throws(KalsaeError) -> Trial {
        if let trial = try ask(upTo: nil) { return trial }
        throw KalsaeError(name, expected: "a proposal", got: "none left")
    }

    /// The next trial to evaluate; nil where as many as `bound` were begun, or a sampler with an end
    /// is at its end.
    public func ask(upTo bound: Int?) throws(KalsaeError) -> Trial? {
        try withState { state throws(KalsaeError) in
            try refresh(&state)
            if let trial = try takenOver(&state) { return trial }
            while !isFull(state, bound) {
                let number = state.history.count
                let point = try proposal(number, &state)
                var record = TrialRecord(
                    number: number, state: .running,
                    parameters: state.space.assignment(at: point))
                record.spaceVersion = state.space.version
                record.owner = worker
                record.attempts = 1
                record.started = Clock.now
                record.leasedUntil = leaseEnd
                if let revision = try storage.add(record) {
                    keep(record, revision, &state)
                    state.written[number] = Clock.seconds
                    return Trial(record, space: state.space, of: self)
                }
                // Another worker was quicker: its trial is part of what is known now.
                try refresh(&state)
            }
            return nil
        }
    }

    private func isFull(_ state: State, _ bound: Int?) -> Bool {
        if let bound, state.history.count - state.history.foreignCount >= bound { return true }
        return state.sampler.hasEnd && state.sampler.isExhausted(state.history, in: state.space)
    }

    /// Wants a trial with some parameters; the sampler proposes the others. Returns its number.
    @discardableResult
    public func enqueue(_ parameters: Assignment) throws(KalsaeError) -> Int {
        try withState { state throws(KalsaeError) in
            try refresh(&state)
            // A define-by-run study may not know its parameters yet.
            if !state.space.parameters.isEmpty { try state.space.check(parameters) }
            return try append(&state) { number in
                TrialRecord(number: number, parameters: parameters)
            }
        }
    }

    /// Learns from the finished trials of another study; they do not count as this one's. Returns
    /// how many there were.
    @discardableResult
    public func warmStart(from other: Study) throws(KalsaeError) -> Int {
        let known = try other.history()
        guard other.directions == directions else {
            throw KalsaeError(
                other.name, expected: "the objectives of \(name)", got: "other directions")
        }
        return try withState { state throws(KalsaeError) in
            try refresh(&state)
            for number in known.finished {
                try append(&state) { next in
                    let trial = known.trials[number]
                    var copy = TrialRecord(
                        number: next, state: trial.state, parameters: trial.parameters)
                    (copy.values, copy.reports) = (trial.values, trial.reports)
                    (copy.reason, copy.started) = (trial.reason, trial.started)
                    (copy.ended, copy.source) = (trial.ended, other.name)
                    return copy
                }
            }
            return known.finished.count
        }
    }

    /// Adds a trial with the next free number, which it returns.
    @discardableResult
    private func append(
        _ state: inout State, _ make: (Int) -> TrialRecord
    ) throws(KalsaeError) -> Int {
        while true {
            let trial = make(state.history.count)
            if let revision = try storage.add(trial) {
                keep(trial, revision, &state)
                return trial.number
            }
            try refresh(&state)
        }
    }

    /// A trial that waits or whose worker is gone.
    private func takenOver(_ state: inout State) throws(KalsaeError) -> Trial? {
        guard !state.history.waiting.isEmpty || !state.history.running.isEmpty else { return nil }
        let now = Clock.now
        let lapsed = state.history.running.filter { state.history.trials[$0].leasedUntil < now }
        for number in lapsed + state.history.waiting {
            let claimed = try storage.claim(
                number, for: worker, now: now, until: leaseEnd)
            guard var record = claimed else { continue }
            if let parameters = try completed(record, &state) {
                record.parameters = parameters
                record.spaceVersion = state.space.version
                guard try storage.update(record) != nil else { continue }
            }
            try refresh(&state)
            return Trial(record, space: state.space, of: self)
        }
        return nil
    }

    /// The parameters of a trial that somebody enqueued, with those that it lacks as the sampler
    /// proposes; nil where it lacks none, also where a worker was lost before it completed them.
    private func completed(
        _ record: TrialRecord, _ state: inout State
    ) throws(KalsaeError) -> Assignment? {
        guard record.attempts == 1 || record.reports.isEmpty else { return nil }
        let wanted = record.parameters
        let point = try proposal(record.number, &state, wanting: wanted)
        var parameters = state.space.assignment(at: point)
        for (name, value) in zip(wanted.names, wanted.values)
        where parameters[name] != nil || state.space.index(of: name) == nil {
            parameters[name] = value
        }
        let isWhole = parameters.names.allSatisfy { wanted[$0] != nil }
        return isWhole && record.attempts > 1 ? nil : parameters
    }

    /// A point of the sampler that breaks no constraint, with the values that are wanted.
    private func proposal(
        _ number: Int, _ state: inout State, wanting wanted: Assignment = Assignment()
    ) throws(KalsaeError) -> [Double] {
        let space = state.space
        func fixed(_ point: [Double]) -> [Double] {
            guard wanted.count > 0 else { return point }
            return zip(space.point(of: wanted), point).map { $0.isNaN ? $1 : $0 }
        }
        for attempt in 0..<Self.attempts.sampler {
            let request = SamplerRequest(
                number: number, attempt: attempt, seed: seed, space: state.space,
                history: state.history)
            let point = try state.sampler.propose(for: request)
            try check(point, of: state.sampler, space)
            let own = fixed(point)
            if space.isFeasible(own) { return own }
        }
        for attempt in 0..<Self.attempts.random {
            let request = SamplerRequest(
                number: number, attempt: Self.attempts.sampler + attempt, seed: seed,
                space: state.space, history: state.history)
            let point = fixed(request.randomPoint())
            if space.isFeasible(point) { return point }
        }
        throw KalsaeError(
            name, expected: "a space with points that obey all constraints",
            got: "none in \(Self.attempts.random) random ones",
            advice: "widen a range or a constraint")
    }

    /// Refuses a point that is none, so that a wrong sampler ends no process.
    private func check(
        _ point: [Double], of sampler: any Sampler, _ space: SearchSpace
    ) throws(KalsaeError) {
        guard point.count == space.parameters.count else {
            throw KalsaeError(
                "sampler \(sampler.name)", expected: "\(space.parameters.count) coordinates",
                got: "\(point.count)")
        }
        for u in point where !(u >= 0 && u <= 1) {
            throw KalsaeError(
                "sampler \(sampler.name)", expected: "coordinates in 0...1", got: "\(u)")
        }
    }
}
