import Foundation
import Glibc

/// A PostgreSQL server for tests, on a socket in a temporary folder of its own.
public final class PostgresServer {
    /// The folder of the server programs, where this machine has them and libpq.
    private static let programs: String? = {
        guard dlopen("libpq.so.5", RTLD_NOW) != nil else { return nil }
        let base = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
        let folders =
            versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "\(base)/\($0)/bin" }
            + ["/usr/local/bin", "/usr/bin"]
        return folders.first { FileManager.default.isExecutableFile(atPath: "\($0)/initdb") }
    }()

    /// Whether tests can start one.
    public static var isThere: Bool { programs != nil }

    private let folder: String
    /// Its address, as libpq reads it.
    public let address: String

    /// Starts it; a superuser may not run one, and lends it to the user `postgres`.
    public init() throws {
        folder = NSTemporaryDirectory() + "kalsae-pg-" + UUID().uuidString.prefix(8)
        address = "postgresql://postgres@/postgres?host=\(folder)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if getuid() == 0 { try Self.run("/bin/chown", ["postgres", folder]) }
        try program(
            "initdb", ["-D", "\(folder)/data", "-U", "postgres", "-A", "trust", "-E", "UTF8"])
        try start()
    }

    /// Starts it again.
    public func start() throws {
        try program(
            "pg_ctl",
            [
                "-D", "\(folder)/data", "-l", "\(folder)/log", "-w", "-o",
                "-c listen_addresses='' -c unix_socket_directories='\(folder)'"
                    + " -c max_connections=100",
                "start",
            ])
    }

    /// Runs statements.
    public func execute(_ sql: String) throws {
        try program("psql", ["-h", folder, "-U", "postgres", "-c", sql])
    }

    /// Ends it at once, as a machine that fails.
    public func kill() {
        try? program("pg_ctl", ["-D", "\(folder)/data", "-m", "immediate", "stop"])
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func program(_ name: String, _ arguments: [String]) throws {
        let path = "\(Self.programs ?? "")/\(name)"
        guard getuid() == 0 else { return try Self.run(path, arguments) }
        try Self.run("/usr/sbin/runuser", ["-u", "postgres", "--", path] + arguments)
    }

    private struct Failure: Error {
        let command: String
    }

    /// Not by `Process`, which would wait for the server too: that one inherits its socket.
    private static func run(_ path: String, _ arguments: [String]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for file in [0, 1, 2] as [Int32] {
            posix_spawn_file_actions_addopen(&actions, file, "/dev/null", O_RDWR, 0)
        }
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var (process, status) = (pid_t(), Int32())
        guard posix_spawn(&process, path, &actions, nil, &words, environ) == 0,
            waitpid(process, &status, 0) == process, status == 0
        else { throw Failure(command: ([path] + arguments).joined(separator: " ")) }
    }
}
