import KalsaeBackend
import KalsaeCPU
import KalsaeFiles
import KalsaeGraph

extension StepProfile {
    /// Floating-point operations of a step.
    var flops: Double { instructions.reduce(0) { $0 + $1.flops } }
    /// Bytes that the instructions of a step read and write.
    var bytes: Double { instructions.reduce(0) { $0 + $1.bytes } }

    private static func text(_ value: Double, _ digits: Int = 2) -> String {
        Progress.fixed(value, digits: digits)
    }

    /// The table and what stands below it.
    func lines(inOrder: Bool) -> [String] {
        var table = TextTable(
            "#", "mean us", "min us", "share", "MFLOP", "kB", "GFLOP/s", "GB/s", "of peak",
            "engine", "instruction")
        let total = record.totals.reduce(0, +)
        var indices = Array(instructions.indices)
        if !inOrder { indices.sort { record.mean($0) > record.mean($1) } }
        for index in indices where record.totals.indices.contains(index) {
            let instruction = instructions[index]
            let least = max(record.minima[index], 1) * 1e-9
            let share = total > 0 ? record.totals[index] / total * 100 : 0
            table.add(
                "\(index)", Self.text(record.mean(index) / 1e3),
                Self.text(record.minima[index] / 1e3), Self.text(share, 1) + " %",
                Self.text(instruction.flops / 1e6, 3), Self.text(instruction.bytes / 1e3, 1),
                Self.text(instruction.flops / least / 1e9, 1),
                Self.text(instruction.bytes / least / 1e9, 1),
                peak.share(flops: instruction.flops, bytes: instruction.bytes, seconds: least),
                instruction.engine, "\(Self.shortened(instruction.name)) \(instruction.detail)")
        }
        return table.lines + [""] + kindLines + ["", summary, floor] + fallbackLines
    }

    /// The same by kind of instruction: all loops together, all convolutions, …
    private var kindLines: [String] {
        struct Sums {
            var count = 0
            var nanoseconds = 0.0
            var flops = 0.0
            var bytes = 0.0
        }
        var kinds: [String: Sums] = [:]
        for (index, instruction) in instructions.enumerated() {
            var sums = kinds[instruction.kind, default: Sums()]
            sums.count += 1
            sums.nanoseconds += record.mean(index)
            sums.flops += instruction.flops
            sums.bytes += instruction.bytes
            kinds[instruction.kind] = sums
        }
        let total = kinds.values.reduce(0) { $0 + $1.nanoseconds }
        var table = TextTable(
            "count", "mean us", "share", "MFLOP", "kB", "GFLOP/s", "GB/s", "of peak", "kind")
        for (kind, sums) in kinds.sorted(by: { $0.value.nanoseconds > $1.value.nanoseconds }) {
            let seconds = max(sums.nanoseconds, 1) * 1e-9
            let share = total > 0 ? sums.nanoseconds / total * 100 : 0
            table.add(
                "\(sums.count)", Self.text(sums.nanoseconds / 1e3), Self.text(share, 1) + " %",
                Self.text(sums.flops / 1e6, 3), Self.text(sums.bytes / 1e3, 1),
                Self.text(sums.flops / seconds / 1e9, 1), Self.text(sums.bytes / seconds / 1e9, 1),
                peak.share(flops: sums.flops, bytes: sums.bytes, seconds: seconds), kind)
        }
        return table.lines
    }

    /// What was left to the vector units, if anything was.
    private var fallbackLines: [String] {
        zip(instructions, record.fallbacks).filter { $0.1 > 0 }.map { instruction, count in
            "\(Self.shortened(instruction.name)): \(count) parts in \(record.runs) runs were left "
                + "to the vector units, since operands had infinities, NaN or numbers below 1e-31"
        }
    }

    private var summary: String {
        let mean = record.runs > 0 ? record.totals.reduce(0, +) / Double(record.runs) / 1e3 : 0
        return "\(name): step median \(Self.text(median)) us, min \(Self.text(minimum)) us; "
            + "recorded mean \(Self.text(mean)) us of \(record.runs) runs; batch \(rows), "
            + "threads \(peak.threads), \(instructions.count) instructions, "
            + "arena \(Self.text(Double(arenaBytes) / 1e6)) MB"
    }

    /// The least that the step could take, beside what it took.
    private var floor: String {
        let arithmetic = flops / peak.flops * 1e6
        let memory = bytes / peak.bandwidth * 1e6
        let bound = max(arithmetic, memory, 1e-3)
        return "floor: arithmetic \(Self.text(arithmetic)) us "
            + "(\(Self.text(flops / 1e6)) MFLOP at \(Self.text(peak.flops / 1e9, 0)) GFLOP/s), "
            + "bytes \(Self.text(memory)) us (\(Self.text(bytes / 1e6)) MB at "
            + "\(Self.text(peak.bandwidth / 1e9, 1)) GB/s); measured \(Self.text(minimum)) us, "
            + "\(Self.text(minimum / bound, 1)) times the larger"
    }

    /// The graph before and after each pass, where a pass changed it.
    var graphLines: [String] {
        var lines: [String] = []
        var last: Graph?
        for stage in stages {
            let count = stage.graph.nodes.count
            if stage.graph == last {
                lines.append("== after \(stage.name): unchanged")
            } else {
                let when = last == nil ? "before any pass" : "after \(stage.name)"
                lines.append("== \(when): \(count) nodes")
                lines += stage.graph.description.split(separator: "\n").map(String.init)
            }
            last = stage.graph
        }
        return lines
    }

    /// A loop's name with equal operations in a row counted: `loop(multiply x3, add)`.
    static func shortened(_ name: String) -> String {
        guard let open = name.firstIndex(of: "("), name.hasSuffix(")") else { return name }
        let inside = name[name.index(after: open)...].dropLast()
        var runs: [(name: Substring, count: Int)] = []
        for part in inside.split(separator: ",") {
            let word = part.drop { $0 == " " }
            if runs.last?.name == word {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((word, 1))
            }
        }
        let words = runs.map { $0.count > 1 ? "\($0.name) x\($0.count)" : String($0.name) }
        return "\(name[...open])\(words.joined(separator: ", ")))"
    }

    /// Everything as one object.
    var json: JSONValue {
        let rows = instructions.indices.map { index -> JSONValue in
            let instruction = instructions[index]
            return [
                "name": .string(instruction.name), "detail": .string(instruction.detail),
                "engine": .string(instruction.engine),
                "fallbacks": .integer(record.fallbacks.dropFirst(index).first ?? 0),
                "mean_us": .number(record.mean(index) / 1e3),
                "min_us": .number((record.minima.dropFirst(index).first ?? 0) / 1e3),
                "flops": .number(instruction.flops), "bytes": .number(instruction.bytes),
            ]
        }
        return [
            "network": .string(name), "batch": .integer(self.rows),
            "threads": .integer(peak.threads), "median_us": .number(median),
            "min_us": .number(minimum), "flops": .number(flops), "bytes": .number(bytes),
            "arena_bytes": .integer(arenaBytes), "peak_flops": .number(peak.flops),
            "peak_bandwidth": .number(peak.bandwidth), "instructions": .array(rows),
        ]
    }
}

extension MachinePeak {
    /// What bounds some work and how much of that was reached, as in `63 % flops`.
    func share(flops: Double, bytes: Double, seconds: Double) -> String {
        let (arithmetic, memory) = (flops / self.flops, bytes / bandwidth)
        guard max(arithmetic, memory) > 0, seconds > 0 else { return "" }
        let percent = Progress.fixed(max(arithmetic, memory) / seconds * 100, digits: 0)
        return "\(percent) % \(arithmetic >= memory ? "flops" : "bytes")"
    }
}

extension InstructionSummary {
    /// What kind of instruction it is, as in `loop` or `matmul+loop`.
    var kind: String { String(name.prefix { $0 != "(" }) }
}
