import KalsaeFiles
import KalsaeSupport

extension MessageWriter {
    /// A trial, with its times moved by what the owner's clock is ahead.
    mutating func put(_ trial: TrialRecord, offset: Int) {
        put(trial.number)
        put(UInt8(TrialState.allCases.firstIndex(of: trial.state) ?? 0))
        put(each: trial.parameters.names) { $0.put($1) }
        for value in trial.parameters.values { put(value) }
        put(each: trial.values) { $0.put($1) }
        put(each: trial.reports) { writer, report in
            writer.put(report.step)
            writer.put(report.value)
        }
        for text in [trial.reason, trial.owner, trial.source, trial.run] { put(text) }
        for number in [trial.spaceVersion, trial.attempts] { put(number) }
        for time in [trial.started, trial.ended, trial.leasedUntil] { put(time.moved(by: offset)) }
    }

    private mutating func put(_ value: ParameterValue) {
        switch value {
        case .real(let value):
            put(0 as UInt8)
            put(value)
        case .integer(let value):
            put(1 as UInt8)
            put(value)
        case .text(let value):
            put(2 as UInt8)
            put(value)
        case .flag(let value):
            put(3 as UInt8)
            put(value)
        }
    }

    mutating func put(_ space: SearchSpace) { put(space.json.text) }

    mutating func put(_ study: StudyDescription) {
        put(study.name)
        put(each: study.directions) { $0.put($1.rawValue) }
        put(study.space)
    }
}

extension MessageReader {
    mutating func trial(offset: Int) throws(KalsaeError) -> TrialRecord {
        let number = try integer()
        let state = Int(try byte())
        guard TrialState.allCases.indices.contains(state) else {
            throw Self.wrong("a state of trials", "\(state)")
        }
        let names = try array { reader throws(KalsaeError) in try reader.text() }
        var values: [ParameterValue] = []
        for _ in names { values.append(try value()) }
        var trial = TrialRecord(
            number: number, state: TrialState.allCases[state],
            parameters: Assignment(names: names, values: values))
        trial.values = try array { reader throws(KalsaeError) in try reader.real() }
        trial.reports = try array { reader throws(KalsaeError) in
            TrialReport(step: try reader.integer(), value: try reader.real())
        }
        (trial.reason, trial.owner) = (try text(), try text())
        (trial.source, trial.run) = (try text(), try text())
        (trial.spaceVersion, trial.attempts) = (try integer(), try integer())
        trial.started = try time(offset)
        trial.ended = try time(offset)
        trial.leasedUntil = try time(offset)
        return trial
    }

    private mutating func time(_ offset: Int) throws(KalsaeError) -> Int {
        try integer().moved(by: offset)
    }

    private mutating func value() throws(KalsaeError) -> ParameterValue {
        let kind = try byte()
        switch kind {
        case 0: return .real(try real())
        case 1: return .integer(try integer())
        case 2: return .text(try text())
        case 3: return .flag(try flag())
        default: throw Self.wrong("a kind of value", "\(kind)")
        }
    }

    mutating func space() throws(KalsaeError) -> SearchSpace {
        try SearchSpace(json: JSONValue(parsing: try text(), subject: "message of a study"))
    }

    mutating func study() throws(KalsaeError) -> StudyDescription {
        let name = try text()
        let directions = try array { reader throws(KalsaeError) in
            let text = try reader.text()
            guard let direction = Direction(rawValue: text) else {
                throw Self.wrong("a direction", text)
            }
            return direction
        }
        return StudyDescription(name: name, directions: directions, space: try space())
    }
}
