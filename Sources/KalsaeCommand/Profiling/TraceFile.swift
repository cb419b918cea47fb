import KalsaeFiles

/// A profile in the trace event format that ui.perfetto.dev and chrome://tracing open.
enum TraceFile {
    static func json(_ profile: StepProfile) -> JSONValue {
        let start = profile.record.marks.first?.first ?? 0
        var events: [JSONValue] = [
            [
                "name": "process_name", "ph": "M", "pid": 1, "tid": 1,
                "args": ["name": .string("kalsae \(profile.name)")],
            ]
        ]
        for (run, marks) in profile.record.marks.enumerated() {
            guard let first = marks.first, let last = marks.last else { continue }
            let args: JSONValue = ["batch": .integer(profile.rows)]
            events.append(event("step \(run + 1)", "step", first, last, start, args))
            for (index, instruction) in profile.instructions.enumerated()
            where index + 1 < marks.count {
                let args: JSONValue = [
                    "detail": .string(instruction.detail), "flops": .number(instruction.flops),
                    "bytes": .number(instruction.bytes), "instruction": .integer(index),
                ]
                events.append(
                    event(
                        StepProfile.shortened(instruction.name), instruction.kind, marks[index],
                        marks[index + 1], start, args))
            }
        }
        return ["displayTimeUnit": "ns", "traceEvents": .array(events)]
    }

    /// A complete event; times are microseconds since `start`.
    private static func event(
        _ name: String, _ category: String, _ begin: UInt64, _ end: UInt64, _ start: UInt64,
        _ args: JSONValue
    ) -> JSONValue {
        [
            "name": .string(name), "cat": .string(category), "ph": "X", "pid": 1, "tid": 1,
            "ts": .number(Double(begin &- start) / 1e3), "dur": .number(Double(end &- begin) / 1e3),
            "args": args,
        ]
    }
}
