import Glibc
import KalsaeSupport
import Synchronization

/// A connection to a PostgreSQL server, which several threads may use; one that is lost is made anew.
final class PostgresConnection: Sendable {
    /// A statement with a name under which the server keeps its plan.
    struct Statement: Sendable {
        let name: String
        let sql: String
    }

    /// Rows of texts, and whether the statement was sent twice since the connection was lost meanwhile:
    /// the first may have been carried out.
    struct Answer: Sendable {
        var rows: [[String?]] = []
        var isRepeated = false
    }

    private struct State {
        var handle: OpaquePointer?
        var prepared: Set<String> = []
    }

    /// The address without its password.
    let name: String
    private let address: String
    private let library: LibPQ
    private let state = Mutex(State())

    /// Seconds for which a lost connection is tried again.
    private static let patience = 60.0

    /// Connects; `postgresql://user@host:port/database?option=value`, as libpq reads it, with what its
    /// environment and `~/.pgpass` say.
    init(_ address: String) throws(KalsaeError) {
        (self.address, name) = (address, Self.redacted(address))
        guard let library = LibPQ.loaded else {
            throw KalsaeError(
                name, expected: "the client library of PostgreSQL (libpq.so.5)", got: "none",
                advice: "install it, as by apt-get install libpq5")
        }
        self.library = library
        try state.withLock { state throws(KalsaeError) in try connect(&state) }
    }

    deinit { state.withLock { library.finish($0.handle) } }

    /// Runs a statement with its values, as texts; nil is NULL.
    func run(_ statement: Statement, _ values: [String?]) throws(KalsaeError) -> Answer {
        try state.withLock { state throws(KalsaeError) in
            var isRepeated = false
            let end = Clock.seconds + Self.patience
            while true {
                if state.handle != nil {
                    switch attempt(statement, values, &state) {
                    case .rows(let rows): return Answer(rows: rows, isRepeated: isRepeated)
                    case .again: continue
                    case .refused(let message): throw refusal(message)
                    case .lost(let message):
                        guard Clock.seconds < end else { throw refusal(message) }
                        isRepeated = true
                    }
                }
                try reconnect(&state, until: end)
            }
        }
    }

    /// Runs statements without values, as those that make tables.
    func run(_ sql: String) throws(KalsaeError) {
        try state.withLock { state throws(KalsaeError) in
            let result = library.execute(state.handle, sql)
            defer { library.clear(result) }
            guard [LibPQ.commandOK, LibPQ.rowsOK].contains(library.resultStatus(result)) else {
                throw refusal(message(state.handle))
            }
        }
    }

    private enum Outcome {
        case rows([[String?]])
        /// Other transactions were in the way: the same again.
        case again
        case lost(String)
        case refused(String)
    }

    private func attempt(
        _ statement: Statement, _ values: [String?], _ state: inout State
    ) -> Outcome {
        if !state.prepared.contains(statement.name) {
            let made = library.prepare(state.handle, statement.name, statement.sql, 0, nil)
            defer { library.clear(made) }
            guard library.resultStatus(made) == LibPQ.commandOK else {
                return failure(made, &state)
            }
            state.prepared.insert(statement.name)
        }
        let texts = values.map { $0.map { strdup($0) } }
        defer { for text in texts { free(text ?? nil) } }
        let pointers = texts.map { text -> LibPQ.Text? in (text ?? nil).map { LibPQ.Text($0) } }
        let result = library.executePrepared(
            state.handle, statement.name, CInt(values.count), pointers, nil, nil, 0)
        defer { library.clear(result) }
        let status = library.resultStatus(result)
        guard status == LibPQ.rowsOK || status == LibPQ.commandOK else {
            return failure(result, &state)
        }
        let columns = library.columnCount(result)
        return .rows(
            (0..<library.rowCount(result)).map { row in
                (0..<columns).map { column in
                    guard library.isNull(result, row, column) == 0 else { return nil }
                    return library.value(result, row, column).map { String(cString: $0) }
                }
            })
    }

    private func failure(_ result: OpaquePointer?, _ state: inout State) -> Outcome {
        // What libpq itself reports, as a server that is gone, has no SQLSTATE; of those, 57 is a server
        // that goes down, and 40 a transaction that others ended.
        let text = message(state.handle)
        let code = library.errorField(result, LibPQ.stateField).map { String(cString: $0) } ?? ""
        guard !code.isEmpty, !code.hasPrefix("57P"),
            library.status(state.handle) == LibPQ.connectionOK
        else {
            library.finish(state.handle)
            state = State()
            return .lost(text)
        }
        return code.hasPrefix("40") ? .again : .refused(text)
    }

    private func reconnect(_ state: inout State, until end: Double) throws(KalsaeError) {
        Notice.say("\(name): the connection was lost; trying for \(Int(Self.patience)) s")
        var pause = 0.05
        while true {
            do {
                return try connect(&state)
            } catch {
                guard Clock.seconds < end else { throw error }
            }
            usleep(UInt32(pause * 1_000_000))
            pause = min(2 * pause, 2)
        }
    }

    private func connect(_ state: inout State) throws(KalsaeError) {
        // What stands before the address are defaults.
        let settings = [
            ("connect_timeout", "10"), ("fallback_application_name", "kalsae"),
            ("tcp_user_timeout", "30000"), ("keepalives_idle", "30"), ("dbname", address),
            ("client_encoding", "UTF8"),
        ]
        let keys = settings.map { strdup($0.0) }
        let values = settings.map { strdup($0.1) }
        defer { for text in keys + values { free(text) } }
        let end: [LibPQ.Text?] = [nil]
        let handle = library.connect(
            keys.map { $0.map { LibPQ.Text($0) } } + end,
            values.map { $0.map { LibPQ.Text($0) } } + end, 1)
        guard library.status(handle) == LibPQ.connectionOK else {
            let text = message(handle)
            library.finish(handle)
            throw KalsaeError(
                name, expected: "a PostgreSQL server that lets in", got: text,
                advice: "check the address, and PGPASSWORD or ~/.pgpass")
        }
        // What begins or is on its way may be lost with a server, which is then done again; ends ask
        // for their own durability.
        library.clear(library.execute(handle, "SET synchronous_commit = off"))
        state = State(handle: handle)
    }

    private func refusal(_ message: String) -> KalsaeError {
        KalsaeError(name, expected: "a server that keeps studies", got: message)
    }

    private func message(_ handle: OpaquePointer?) -> String {
        let text = library.errorMessage(handle).map { String(cString: $0) } ?? ""
        let lines = text.split(whereSeparator: \.isNewline).map {
            $0.drop { $0 == " " || $0 == "\t" }
        }
        return lines.isEmpty ? "no answer" : lines.joined(separator: " ")
    }

    /// An address that can be shown.
    static func redacted(_ address: String) -> String {
        var text = address
        if let begin = text.firstRange(of: "://")?.upperBound {
            let host = text[begin...].prefix { $0 != "/" && $0 != "?" }
            if let sign = host.lastIndex(of: "@"), let colon = host[..<sign].firstIndex(of: ":") {
                text.replaceSubrange(colon..<sign, with: "")
            }
        }
        while let begin = text.firstRange(of: "password=") {
            let end = text[begin.upperBound...].firstIndex(of: "&") ?? text.endIndex
            text.replaceSubrange(begin.lowerBound..<end, with: "")
        }
        return text
    }
}
