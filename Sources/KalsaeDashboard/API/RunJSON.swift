import KalsaeFiles
import KalsaeRuns

/// Records of runs as the page gets them: names in camel case, times in milliseconds since 1970.
enum RunJSON {
    /// A row of the list.
    static func row(_ run: RunOverview, _ metrics: [MetricState]) -> JSONValue {
        .object(members(run, metrics))
    }

    /// The members of a row.
    static func members(_ run: RunOverview, _ metrics: [MetricState]) -> [JSONValue.Member] {
        let newest = metrics.max { ($0.last.time, $0.last.step) < ($1.last.time, $1.last.step) }
        return [
            .init("key", .string(run.id)), .init("name", .string(run.name)),
            .init("state", .string(run.state.rawValue)), .init("paused", .bool(run.isPaused)),
            .init("created", .integer(run.created)),
            .init("started", integer(run.started)), .init("ended", integer(run.ended)),
            .init("parent", text(run.parent)), .init("parentStep", integer(run.parentStep)),
            .init("step", integer(newest?.last.step)), .init("epoch", integer(newest?.last.epoch)),
            .init("tags", .array(run.tags.map { .string($0) })), .init("note", .string(run.note)),
            .init("study", text(run.study)),
            .init(
                "metrics",
                .object(metrics.map { .init($0.name, $0.last.value.json) })),
        ]
    }

    /// All that is known of a run beside its row.
    static func details(
        _ run: Run, _ metrics: [MetricSummary], _ checkpoints: [RunCheckpoint],
        _ artifacts: [RunArtifact]
    ) -> [JSONValue.Member] {
        [
            .init("command", .array(run.command.map { .string($0) })),
            .init("directory", .string(run.workingFolder)),
            .init("host", .string(run.process.host)), .init("pid", .integer(run.process.pid)),
            .init("version", .string(run.version)), .init("commit", .string(run.commit)),
            // A browser's numbers have 53 bits.
            .init(
                "seed",
                run.seed.map { $0 >> 53 == 0 ? .integer(Int($0)) : .string("\($0)") } ?? .null),
            .init("data", .string(run.dataFingerprint)),
            .init("configuration", run.configuration), .init("model", .string(run.modelPath)),
            .init("artifacts", .array(artifacts.map(\.json))),
            .init("checkpoints", .array(checkpoints.map(\.json))),
            .init("metrics", .array(metrics.map { metric($0, run.created) })),
        ]
    }

    private static func metric(_ metric: MetricSummary, _ created: Int) -> JSONValue {
        [
            "name": .string(metric.name), "count": .integer(metric.count),
            "lastStep": .integer(metric.last.step), "lastEpoch": integer(metric.last.epoch),
            "lastTime": .integer(created + metric.last.time),
            "lastValue": metric.last.value.json,
            "low": metric.low?.value.json ?? .null, "lowStep": integer(metric.low?.step),
            "high": metric.high?.value.json ?? .null, "highStep": integer(metric.high?.step),
        ]
    }

    /// Points as lists beside each other.
    static func points(
        _ points: [MetricPoint], of run: String, _ metric: String, _ created: Int,
        from number: Int? = nil, count: Int? = nil
    ) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("run", .string(run)), .init("metric", .string(metric)),
        ]
        if let number { members.append(.init("from", .integer(number))) }
        if let count { members.append(.init("count", .integer(count))) }
        members += [
            .init("step", .array(points.map { .integer($0.step) })),
            .init("epoch", .array(points.map { integer($0.epoch) })),
            .init("time", .array(points.map { .integer(created + $0.time) })),
            .init("value", .array(points.map(\.value.json))),
        ]
        return .object(members)
    }

    /// An event with its id.
    static func event(_ event: RunEvent, _ id: Int, of run: String) -> JSONValue {
        [
            "run": .string(run), "id": .integer(id), "step": .integer(event.step),
            "time": .integer(event.time), "author": .string(event.author),
            "kind": .string(event.kind), "data": event.data,
        ]
    }

    /// A command, with what became of it.
    static func command(_ command: RunCommand, of run: String) -> JSONValue {
        [
            "run": .string(run), "id": .integer(command.id), "time": .integer(command.time),
            "author": .string(command.author), "verb": .string(command.verb),
            "data": command.data, "state": .string(command.state.rawValue),
            "step": integer(command.appliedStep), "answer": .string(command.answer),
        ]
    }

    static func integer(_ number: Int?) -> JSONValue { number.map { .integer($0) } ?? .null }

    static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}

extension Double {
    /// The number for JSON: null for what is no number, infinities as texts.
    var json: JSONValue {
        isNaN ? .null : isFinite ? .number(self) : .string(self > 0 ? "inf" : "-inf")
    }
}
