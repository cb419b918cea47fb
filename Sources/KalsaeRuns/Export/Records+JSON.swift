import KalsaeFiles

extension Double {
    /// The number for JSON: `nan`, `inf` and `-inf` as texts, for JSON has no such numbers.
    public var jsonWithSpecials: JSONValue { isFinite ? .number(self) : .string("\(self)") }
}

extension Run {
    /// All of the run's record for `--json`; times in milliseconds since 1970.
    public var json: JSONValue {
        [
            "id": .string(id), "name": .string(name), "state": .string(state.rawValue),
            "paused": .bool(isPaused),
            "created": .integer(created), "started": .optional(started),
            "ended": .optional(ended), "parent": parent.map { .string($0) } ?? .null,
            "parent_step": .optional(parentStep),
            "tags": .array(tags.map { .string($0) }), "note": .string(note),
            "command": .array(command.map { .string($0) }),
            "folder": .string(workingFolder), "host": .string(process.host),
            "pid": .integer(process.pid), "version": .string(version), "commit": .string(commit),
            "seed": seed.map { Int(exactly: $0).map { .integer($0) } ?? .string("\($0)") } ?? .null,
            "data": .string(dataFingerprint), "model": .string(modelPath),
            "configuration": configuration,
        ]
    }
}

extension JSONValue {
    fileprivate static func optional(_ number: Int?) -> JSONValue {
        number.map { .integer($0) } ?? .null
    }
}

extension MetricPoint {
    /// Step, epoch, milliseconds and value.
    public var json: JSONValue {
        [
            .integer(step), epoch.map { .integer($0) } ?? .null, .integer(time),
            value.jsonWithSpecials,
        ]
    }
}

extension MetricSummary {
    /// Name, count, and the last, the least and the greatest value with their steps.
    public var json: JSONValue {
        func pair(_ pair: (step: Int, value: Double)?) -> JSONValue {
            pair.map { ["step": .integer($0.step), "value": $0.value.jsonWithSpecials] } ?? .null
        }
        return [
            "name": .string(name), "count": .integer(count),
            "last": pair((last.step, last.value)), "low": pair(low), "high": pair(high),
        ]
    }
}

extension RunEvent {
    /// The event for `--json`.
    public var json: JSONValue {
        [
            "step": .integer(step), "time": .integer(time), "author": .string(author),
            "kind": .string(kind), "data": data,
        ]
    }
}

extension RunCommand {
    /// The command for `--json`.
    public var json: JSONValue {
        [
            "id": .integer(id), "time": .integer(time), "author": .string(author),
            "verb": .string(verb), "data": data, "state": .string(state.rawValue),
            "applied_step": appliedStep.map { .integer($0) } ?? .null, "answer": .string(answer),
        ]
    }
}

extension RunCheckpoint {
    /// The checkpoint for `--json`.
    public var json: JSONValue {
        [
            "step": .integer(step), "epoch": .integer(epoch), "time": .integer(time),
            "path": .string(path), "metric": metric.map(\.jsonWithSpecials) ?? .null,
            "kept": .bool(isKept), "best": .bool(isBest), "bytes": .integer(bytes),
        ]
    }
}

extension RunArtifact {
    /// The artifact for `--json`.
    public var json: JSONValue {
        [
            "name": .string(name), "kind": .string(kind), "path": .string(path),
            "bytes": .integer(bytes), "fingerprint": .string(fingerprint),
            "time": .integer(time),
        ]
    }
}
