import GRDB
import Glibc
import KalsaeFiles
import KalsaeSupport

/// Opening the file of a store: new, of this version, older, newer, damaged, or none of ours.
enum StoreFile {
    /// What a file turned out to be.
    enum Content: Equatable {
        case empty
        case store(version: Int)
    }

    /// A connection that writes: makes what is missing and brings an older file up to date. The
    /// caller holds the lock.
    static func openForWriting(
        _ path: String, _ migrations: [StoreSchema.Migration]
    ) throws -> DatabaseQueue {
        var configuration = configuration
        configuration.prepareDatabase { database in
            // What is committed survives a process that is killed; only a failing machine may lose
            // the last moments.
            try database.execute(
                sql: "PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864")
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let content = try content(of: queue, path, newest: migrations.count)
        if content == .empty {
            try queue.writeWithoutTransaction { database in
                // In this order, so that the file is known for ours before its first table.
                try database.execute(sql: "PRAGMA application_id = \(StoreSchema.applicationID)")
                _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
            }
        }
        if content != .store(version: migrations.count) {
            try StoreSchema.migrate(queue, migrations)
        }
        return queue
    }

    /// A connection that cannot write, and what it found.
    static func openForReading(_ path: String, newest: Int) throws -> (DatabaseQueue, Content) {
        var configuration = configuration
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            return (queue, try content(of: queue, path, newest: newest))
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CANTOPEN {
            guard isOnReadOnlyDisc(path) else { throw error }
            let queue = try DatabaseQueue(
                path: "file:\(escaped(path))?immutable=1", configuration: configuration)
            return (queue, try content(of: queue, path, newest: newest))
        }
    }

    /// Whether nobody can write the file, so that it is whole without the log that readers share.
    private static func isOnReadOnlyDisc(_ path: String) -> Bool {
        var (disc, log) = (statvfs(), stat())
        guard statvfs(path, &disc) == 0, disc.f_flag & UInt(ST_RDONLY) != 0 else {
            return false
        }
        return stat("\(path)-wal", &log) != 0 || log.st_size == 0
    }

    /// A path as it stands in a URI.
    private static func escaped(_ path: String) -> String {
        path.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                String(UnicodeScalar(byte))
            default: (byte < 16 ? "%0" : "%") + String(byte, radix: 16)
            }
        }.joined()
    }

    /// Throws where a file was cut off inside of a page: SQLite takes one of a few bytes for empty, and
    /// does not miss the end of the last page.
    private static func checkLength(_ path: String) throws(KalsaeError) {
        var (file, log) = (stat(), stat())
        guard stat(path, &file) == 0, file.st_size % smallestPage != 0 else { return }
        // With a log a page may be half written that the log has whole.
        guard stat("\(path)-wal", &log) != 0 || log.st_size == 0 else { return }
        throw KalsaeError(
            path, expected: "a store of runs",
            got: "a file that was cut off, of \(Int(file.st_size).counting("byte"))",
            advice: "take what is left with `sqlite3 runs.sqlite .recover`, or move it away")
    }

    private static let smallestPage: off_t = 512

    /// Throws where a file is there and empty, for a reader, or for a writer beside folders of runs. The
    /// caller holds the lock, so that nobody is just making it.
    static func checkEmpty(_ path: String, in folder: String, isReading: Bool) throws(KalsaeError) {
        var file = stat()
        guard stat(path, &file) == 0, file.st_size == 0 else { return }
        let runs = try FolderListing.names(in: folder).count { name in
            name.count == Store.keyLength && FolderListing.isFolder("\(folder)/\(name)")
        }
        guard isReading || runs > 0 else { return }
        let beside = runs > 0 ? " beside the \(runs.counting("folder")) of runs" : ""
        throw KalsaeError(
            path, expected: "a store of runs", got: "an empty file\(beside)",
            advice: runs > 0
                ? "put back a copy of it; without one remove it: the next training makes a new one"
                : "remove it: the next training makes a new one")
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(Double(Store.patience))
        configuration.label = "kalsae.runs"
        return configuration
    }

    private static func content(
        of queue: DatabaseQueue, _ path: String, newest: Int
    ) throws -> Content {
        let (identifier, version, tables) = try queue.read { database in
            (
                try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0,
                try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0,
                try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            )
        }
        try checkLength(path)
        if identifier == 0, tables == 0 { return .empty }
        guard identifier == StoreSchema.applicationID else {
            throw KalsaeError.foreign(path, got: "a database of another program")
        }
        guard version <= newest else {
            throw KalsaeError(
                path, expected: "a store of version \(newest) or older",
                got: "version \(version), of a newer Kalsae", advice: "update Kalsae")
        }
        return version == 0 ? .empty : .store(version: version)
    }
}
