import GRDB
import Glibc
import KalsaeFiles
import KalsaeSupport

/// The records of runs: what was trained how, with which numbers, in one SQLite file.
///
/// A folder holds `runs.sqlite` and a folder for each run. Any number of processes may use it at
/// once: writers take turns in the order of asking, readers never write and never wait for them. It
/// lies on a disc of this machine; file systems of a network have no shared memory for SQLite.
/// `Documentation/Runs.md` describes the tables.
public final class Store: Sendable {
    /// What a store is opened for.
    public enum Mode: Sendable {
        /// Only to read: nothing is changed, and no writer waits.
        case reading
        /// To read and write; the folder and the file are made where they are missing.
        case writing
    }

    /// The name of the file in its folder.
    public static let fileName = "runs.sqlite"
    /// Seconds that a connection waits for another program that holds the file.
    static let patience = 20

    /// The folder of the store.
    public let folder: String
    /// The path of its file.
    public let path: String

    private let queue: DatabaseQueue
    private let lock: StoreLock?
    private let identity: StoreIdentity?

    /// Opens the store of a folder.
    ///
    /// An older file is brought up to date first. A newer one, a damaged one and one that is none
    /// of Kalsae's are refused.
    public convenience init(folder: String, for mode: Mode = .writing) throws(KalsaeError) {
        try self.init(folder: folder, for: mode, migrations: StoreSchema.migrations)
    }

    package init(
        folder: String, for mode: Mode, migrations: [StoreSchema.Migration]
    ) throws(KalsaeError) {
        self.folder = folder
        let path = "\(folder)/\(Self.fileName)"
        self.path = path
        if mode == .reading {
            guard access(path, F_OK) == 0 else {
                throw .system(path, expected: "a store of runs", code: errno)
            }
            do {
                let (queue, content) = try StoreFile.openForReading(
                    path, newest: migrations.count)
                if content == .store(version: migrations.count) {
                    (self.queue, lock, identity) = (queue, nil, nil)
                    return
                }
            } catch {
                throw KalsaeError(error, store: path)
            }
        } else {
            try Self.makeFolder(folder)
        }
        // New, half made or older: a writer's connection puts it in order.
        let lock = try StoreLock(path: "\(folder)/runs.lock")
        do {
            queue = try lock.whileHeld {
                try StoreFile.checkEmpty(path, in: folder, isReading: mode == .reading)
                return try StoreFile.openForWriting(path, migrations)
            }
        } catch {
            throw KalsaeError(error, store: path)
        }
        self.lock = mode == .writing ? lock : nil
        identity = StoreIdentity(path: path)
    }

    /// Whether a folder holds a store.
    public static func exists(in folder: String) -> Bool {
        access("\(folder)/\(fileName)", F_OK) == 0
    }

    /// The folder for the files of a run, as its checkpoints; it is not made here.
    public func folder(of run: Run) -> String { "\(folder)/\(run.id)" }

    /// Runs `body` on one state of the file.
    func read<Result>(_ body: (Database) throws -> Result) throws(KalsaeError) -> Result {
        do {
            return try queue.read(body)
        } catch {
            throw KalsaeError(error, store: path)
        }
    }

    /// Runs `body`, which is one statement, on the file as it then is.
    func readOnce<Result>(_ body: (Database) throws -> Result) throws(KalsaeError) -> Result {
        do {
            return try queue.unsafeRead(body)
        } catch {
            throw KalsaeError(error, store: path)
        }
    }

    /// Runs `body` as one transaction, which is committed unless it throws.
    func write<Result>(_ body: (Database) throws -> Result) throws(KalsaeError) -> Result {
        guard let lock else {
            throw KalsaeError(path, expected: "a store opened for writing", got: "one for reading")
        }
        guard identity == StoreIdentity(path: path) else {
            throw KalsaeError(
                path, expected: "the file that was opened", got: "none or another one",
                advice: "put it back, or start anew")
        }
        do {
            return try queue.writeWithoutTransaction { database in
                try lock.whileHeld {
                    var result: Result?
                    try database.inTransaction(.immediate) {
                        result = try body(database)
                        return .commit
                    }
                    guard let result else { throw DatabaseError(resultCode: .SQLITE_INTERNAL) }
                    return result
                }
            }
        } catch {
            throw KalsaeError(error, store: path)
        }
    }

    private static func makeFolder(_ folder: String) throws(KalsaeError) {
        var made = folder.hasPrefix("/") ? "" : "."
        for part in folder.split(separator: "/") {
            made += "/\(part)"
            if mkdir(made, 0o777) != 0, errno != EEXIST {
                throw .system(folder, expected: "a folder to record runs in", code: errno)
            }
        }
    }
}
