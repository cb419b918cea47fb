import KalsaeSupport

/// What came of a trial.
public enum TrialResult: Sendable {
    /// A value for each objective.
    case values([Double])
    /// It was given up early; its reports count.
    case pruned
    /// It has no value, for this reason.
    case failed(String)
}

extension Study {
    /// Ends a trial with its value.
    public func tell(_ trial: Trial, _ value: Double) throws(KalsaeError) {
        try tell(trial, .values([value]))
    }

    /// Ends a trial; what is not a number makes it fail.
    ///
    /// A result that comes too late, since the lease lapsed and another worker has the trial, is
    /// refused.
    public func tell(_ trial: Trial, _ result: TrialResult) throws(KalsaeError) {
        var record = trial.record
        guard !record.state.isFinished else {
            throw KalsaeError(
                "trial \(record.number)", expected: "one end of a trial", got: "a second one")
        }
        record.parameters = trial.used
        record.ended = Clock.now
        switch result {
        case .values(let values):
            guard values.count == directions.count else {
                throw KalsaeError(
                    "trial \(record.number)", expected: "\(directions.count) values",
                    got: "\(values.count)")
            }
            if let wrong = values.first(where: { $0.isNaN }) {
                record.state = .failed
                record.reason = "the objective returned \(wrong)"
            } else {
                record.state = .complete
                record.values = values
            }
        case .pruned: record.state = .pruned
        case .failed(let reason):
            record.state = .failed
            record.reason = reason.isEmpty ? "no reason given" : reason
        }
        try write(record)
        trial.record = record
    }

    /// Notes which recorded run trains for a trial, so that whoever takes it over goes on with it.
    public func attach(run: String, to trial: Trial) throws(KalsaeError) {
        var record = trial.record
        record.run = run
        try write(record)
        trial.record = record
    }

    /// Gives a trial back, that is not ended: the next worker takes it over.
    public func release(_ trial: Trial) throws(KalsaeError) {
        keeper?.remove(trial.number)
        _ = try storage.update(trial.record)
        try storage.renew([trial.number], of: worker, until: Clock.now - 1)
    }

    /// Writes a trial that this worker has.
    func write(_ record: TrialRecord) throws(KalsaeError) {
        try withState { state throws(KalsaeError) in
            guard let revision = try storage.update(record) else {
                state.written[record.number] = nil
                throw KalsaeError(
                    "trial \(record.number)", expected: "a trial that this worker has",
                    got: "one that is finished, or that another worker took over",
                    advice: "its lease lapsed; drop the result, or make leases longer")
            }
            keep(record, revision, &state)
            state.written[record.number] = record.state.isFinished ? nil : Clock.seconds
        }
    }

    /// Seconds within which the values of a trial are written together, where others share the storage:
    /// a transaction costs more than a value.
    private static let together = 0.05

    private func note(_ record: TrialRecord) throws(KalsaeError) {
        let isLater = state.withLock { state in
            guard storage.isShared, let last = state.written[record.number],
                Clock.seconds - last < Self.together
            else { return false }
            state.history.put(record)
            return true
        }
        if !isLater { try write(record) }
    }

    /// The same as ``Trial/report(_:step:)`` for the record of a running trial of this worker, which
    /// another thread may have.
    public func report(
        _ value: Double, step: Int, of record: inout TrialRecord
    ) throws(KalsaeError) -> Bool {
        if let last = record.reports.last, last.step >= step { return false }
        record.reports.append(TrialReport(step: step, value: value))
        record.leasedUntil = leaseEnd
        try note(record)
        if pruner is NoPruner { return false }
        return try withState { state throws(KalsaeError) in
            try refresh(&state)
            return pruner.shouldPrune(record, in: state.history)
        }
    }

    /// Gives the space a parameter, or a parameter another domain.
    func define(_ parameter: Parameter) throws(KalsaeError) -> SearchSpace {
        try withState { state throws(KalsaeError) in
            while true {
                let space = try state.space.defining(parameter)
                guard space.version != state.space.version else { return space }
                if try storage.change(to: space) {
                    state.space = space
                    return space
                }
                try refresh(&state)
            }
        }
    }

    /// Changes the space in mid-study: ranges and choices may grow, shrink, come and go. Trials that
    /// were stay; samplers learn from those of their values that the new space holds.
    public func change(to space: SearchSpace) throws(KalsaeError) {
        try withState { state throws(KalsaeError) in
            try refresh(&state)
            while true {
                var next = space
                next.version = state.space.version + 1
                if try storage.change(to: next) {
                    state.space = next
                    return
                }
                try refresh(&state)
            }
        }
    }
}
