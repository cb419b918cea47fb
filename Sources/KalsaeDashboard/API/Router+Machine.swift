import Glibc
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

extension Router {
    /// `/api/info`.
    func info() -> JSONValue {
        return [
            "version": .string(options.version), "folder": .string(options.folder),
            "host": .string(Server.machine), "port": .integer(port.withLock { $0 }),
            "cores": .integer(Cores.available), "memory": .integer(Memory.limit),
            "now": .integer(Timestamp.now), "uploadBytes": .integer(options.limits.uploadBytes),
            "can": [
                "train": .bool(options.program != nil), "predict": .bool(options.predict != nil),
                "lessons": .bool(options.program != nil),
                "sets": .array(options.sets.map { .string($0) }),
            ],
        ]
    }

    /// `/api/runs/KEY/system`: what the process of a run of this machine uses.
    func runSystem(_ key: String) throws -> JSONValue {
        let run = try stores.read { try $0.knownRun(key) }
        let here = RunProcess.current
        let gone = HTTPFault(404, "run: expected one whose process is here, got another one")
        guard run.state == .running, run.process.host == here.host,
            run.process.boot == here.boot, !run.process.isGone,
            let first = ProcessUse(run.process.pid)
        else { throw gone }
        usleep(100_000)
        guard let second = ProcessUse(run.process.pid) else { throw gone }
        return second.json(since: first)
    }
}

/// What a process has used so far, by the system.
private struct ProcessUse {
    private let ticks: Int
    private let threads: Int
    private let memory: Int
    private let time = ContinuousClock.now

    /// The use of a process; nil where it is gone.
    init?(_ pid: Int) {
        guard let bytes = try? FileBytes.read("/proc/\(pid)/stat", limit: 1 << 16) else {
            return nil
        }
        // The name stands in parentheses and may hold any character.
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 21, let user = Int(fields[11]), let system = Int(fields[12]),
            let threads = Int(fields[17]), let pages = Int(fields[21])
        else { return nil }
        (ticks, self.threads) = (user + system, threads)
        memory = pages * sysconf(Int32(_SC_PAGESIZE))
    }

    func json(since before: ProcessUse) -> JSONValue {
        let seconds = (time - before.time) / .seconds(1)
        let used = Double(ticks - before.ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
        return [
            "cpu": .number((used / max(seconds, 0.001) * 1000).rounded() / 10),
            "memory": .integer(memory), "threads": .integer(threads),
        ]
    }
}
