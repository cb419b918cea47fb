import GRDB
import KalsaeFiles

extension Run {
    /// The columns that `init(row:)` reads.
    static let columns = """
        runs.*, (SELECT key FROM runs AS other WHERE other.id = runs.parent) AS parent_key, \
        (SELECT json_group_array(tag) FROM (SELECT tag FROM tags WHERE run = runs.id ORDER BY tag)) \
        AS all_tags, \(paused) AS paused
        """

    /// Whether the last of the commands that hold a run and let it go on holds it, since it was taken up;
    /// NULL where there is none.
    static let paused = """
        CASE WHEN runs.state = 'running' THEN (SELECT verb = 'pause' FROM commands \
        WHERE commands.run = runs.id AND commands.state = 'applied' \
        AND verb IN ('pause', 'continue') AND commands.time >= coalesce((SELECT max(events.time) \
        FROM events WHERE events.run = runs.id AND events.kind = 'resumed'), 0) \
        ORDER BY commands.id DESC LIMIT 1) END
        """

    /// A row of the store; its state is the true one.
    init(row: GRDB.Row) {
        id = row["key"]
        self.row = row["id"]
        name = row["name"]
        created = row["created"]
        started = row["started"]
        ended = row["ended"]
        parent = row["parent_key"]
        parentStep = row["parent_step"]
        command = JSONValue(stored: row["command"]).array?.compactMap(\.string) ?? []
        workingFolder = row["folder"]
        process = RunProcess(
            host: row["host"], boot: row["boot"], pid: row["pid"], began: row["pid_started"])
        version = row["version"]
        commit = row["git_commit"]
        let seed: Int64? = row["seed"]
        self.seed = seed.map { UInt64(bitPattern: $0) }
        dataFingerprint = row["data"]
        configuration = JSONValue(stored: row["configuration"])
        modelPath = row["model"]
        note = row["note"]
        tags = JSONValue(stored: row["all_tags"]).array?.compactMap(\.string) ?? []
        state = RunState(stored: row["state"], process)
        let paused: Bool? = row["paused"]
        isPaused = state == .running && paused == true
    }
}

extension RunState {
    /// The true state: one whose process is gone no longer runs.
    init(stored text: String, _ process: RunProcess) {
        let written = RunState(rawValue: text) ?? .failed
        self = written == .running && process.isGone ? .interrupted : written
    }
}

extension JSONValue {
    /// What a column holds; null where somebody else wrote what is no JSON.
    init(stored text: String) { self = (try? JSONValue(parsing: text)) ?? .null }
}

extension RunEvent {
    /// A row of the store.
    init(row: GRDB.Row) {
        self.init(
            row["kind"], step: row["step"], author: row["author"],
            data: JSONValue(stored: row["data"]), time: row["time"])
    }
}

extension RunCommand {
    /// A row of the store.
    init(row: GRDB.Row) {
        (id, time, author, verb) = (row["id"], row["time"], row["author"], row["verb"])
        data = JSONValue(stored: row["data"])
        state = State(rawValue: row["state"]) ?? .refused
        (appliedStep, answer) = (row["applied_step"], row["answer"])
    }
}
