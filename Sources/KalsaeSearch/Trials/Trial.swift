import KalsaeSupport

/// A trial that is being evaluated: it gives parameters by name and takes reports.
///
/// It belongs to the thread that evaluates it.
public final class Trial {
    /// What the study knows of it.
    public internal(set) var record: TrialRecord
    private let study: Study
    private var space: SearchSpace
    private var proposal: Assignment
    /// The proposal's parameter behind the one asked for last, which is mostly the next.
    private var cursor = 0
    /// The values that were asked for; their names are the first of the proposal, or others.
    private var values: [ParameterValue] = []
    private var otherNames: [String]?
    private var hasShownAll = false

    init(_ record: TrialRecord, space: SearchSpace, of study: Study) {
        (self.record, self.space, self.study) = (record, space, study)
        proposal = record.parameters
        values.reserveCapacity(proposal.count)
        study.keeper?.add(record.number)
    }

    deinit { study.keeper?.remove(record.number) }

    /// Its number in the study, from 0.
    public var number: Int { record.number }

    /// All parameters that the study proposes, for objectives that ask for none by name.
    public var parameters: Assignment {
        hasShownAll = true
        return proposal
    }

    /// Whether another worker began it, so that a checkpoint of it may be there.
    public var isTakenOver: Bool { record.attempts > 1 }

    /// A value on the way, as behind an epoch; true says that the trial should be given up, by
    /// `throw TrialPruned()`. Steps rise; of a step that was reported before, nothing changes.
    @discardableResult
    public func report(_ value: Double, step: Int) throws(KalsaeError) -> Bool {
        try study.report(value, step: step, of: &record)
    }

    /// Takes over what `Study.report(_:step:of:)` noted in a copy of the record.
    public func adopt(_ record: TrialRecord) {
        if record.number == number { self.record = record }
    }

    /// The value of a parameter of any domain.
    public func value(
        _ name: String, _ domain: ParameterDomain, when condition: ParameterCondition? = nil
    ) throws(KalsaeError) -> ParameterValue {
        if condition == nil, let value = proposedNext(name, domain) { return value }
        if let known = names.firstIndex(of: name), known < values.count {
            guard domain.contains(values[known]) else {
                throw KalsaeError(
                    name, expected: "one range of a parameter in a trial",
                    got: "\(domain) behind the value \(values[known])")
            }
            return values[known]
        }
        try learn(name, domain, condition)
        let value = try next(name, domain)
        note(name, value)
        return value
    }

    /// The proposed value where an objective asks for the parameters of the space in their order, as
    /// nearly all do; nil elsewhere.
    private func proposedNext(_ name: String, _ domain: ParameterDomain) -> ParameterValue? {
        let index = values.count
        guard index == cursor, otherNames == nil, index < proposal.count,
            proposal.names[index] == name, index < space.names.count,
            space.names[index] == name, space.parameters[index].domain == domain,
            domain.contains(proposal.values[index])
        else { return nil }
        cursor += 1
        values.append(proposal.values[index])
        return values[index]
    }

    /// Makes the space know a parameter as it is asked for.
    private func learn(
        _ name: String, _ domain: ParameterDomain, _ condition: ParameterCondition?
    ) throws(KalsaeError) {
        let hint = cursor < space.names.count && space.names[cursor] == name ? cursor : nil
        if let index = hint ?? space.index(of: name) {
            let known = space.parameters[index]
            if known.domain == domain, condition == nil || condition == known.condition { return }
            space = try study.define(
                try Parameter(name, domain, when: condition ?? known.condition))
        } else {
            space = try study.define(try Parameter(name, domain, when: condition))
        }
    }

    private func next(
        _ name: String, _ domain: ParameterDomain
    ) throws(KalsaeError) -> ParameterValue {
        let index =
            cursor < proposal.count && proposal.names[cursor] == name
            ? cursor : proposal.names.firstIndex(of: name)
        if let index {
            cursor = index + 1
            let value = proposal.values[index]
            if domain.contains(value) { return value }
        }
        // New, or of another range than when the trial was proposed.
        let parameter = try Parameter(name, domain)
        var random = Philox(
            seed: study.seed, stream: parameter.stream, step: UInt64(record.number))
        return parameter.value(at: random.nextUniform())
    }

    private var names: [String] { otherNames ?? proposal.names }

    private func note(_ name: String, _ value: ParameterValue) {
        let index = values.count
        values.append(value)
        if otherNames == nil, index < proposal.count, proposal.names[index] == name { return }
        otherNames = Array(names.prefix(index)) + [name]
    }

    /// The parameters that the objective has seen, and those of a declared space.
    var used: Assignment {
        var used = Assignment(names: proposal.names, values: values)
        if otherNames != nil || values.count != proposal.count {
            used.names = Array(names.prefix(values.count))
        }
        guard hasShownAll || !study.declared.isEmpty else { return used }
        for (name, value) in zip(proposal.names, proposal.values)
        where (hasShownAll || study.declared.contains(name)) && used[name] == nil {
            used[name] = value
        }
        return used
    }
}

extension Trial {
    /// A real number of a range, on a scale, in steps if wished.
    public func real(
        _ name: String, in range: ClosedRange<Double>, scale: ParameterScale = .linear,
        step: Double? = nil
    ) throws(KalsaeError) -> Double {
        try value(name, .real(range, scale: scale, step: step)).number ?? .nan
    }

    /// A whole number of a range, on a scale, in steps if wished.
    public func integer(
        _ name: String, in range: ClosedRange<Int>, scale: ParameterScale = .linear, step: Int = 1
    ) throws(KalsaeError) -> Int {
        guard case .integer(let value) = try value(name, .integer(range, scale: scale, step: step))
        else { return range.lowerBound }
        return value
    }

    /// One of some texts.
    public func choice(_ name: String, of options: [String]) throws(KalsaeError) -> String {
        try value(name, .choice(options.map { .text($0) })).description
    }

    /// One of some values of any kind.
    public func choice(
        _ name: String, of options: [ParameterValue]
    ) throws(KalsaeError) -> ParameterValue {
        try value(name, .choice(options))
    }

    /// True or false.
    public func flag(_ name: String) throws(KalsaeError) -> Bool {
        try value(name, .choice([false, true])) == .flag(true)
    }
}
