import GRDB
import KalsaeSupport

extension KalsaeError {
    /// What SQLite says of a store, in one line with what to do about it.
    init(_ error: any Error, store path: String) {
        if let known = error as? KalsaeError {
            self = known
            return
        }
        guard let error = error as? DatabaseError else {
            self.init(path, expected: "a store of runs", got: "\(error)")
            return
        }
        let words = error.message ?? "code \(error.extendedResultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_NOTADB:
            self = .foreign(path, got: "a file of another kind")
        case .SQLITE_CORRUPT, .SQLITE_FORMAT:
            self.init(
                path, expected: "a store of runs", got: "a damaged file (\(words))",
                advice: "take what is left with `sqlite3 runs.sqlite .recover`, or move it away")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(
                path, expected: "a turn to write within \(Store.patience) s",
                got: "another program that holds the file", advice: "end it, or try again")
        case .SQLITE_FULL:
            self.init(
                path, expected: "to write", got: "no space left on device",
                advice: "free some space or choose another folder")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH:
            self.init(
                path, expected: "a file that can be opened", got: words,
                advice: "check the permissions of the file and its folder")
        case .SQLITE_IOERR:
            self.init(
                path, expected: "to read and write", got: words,
                advice: "check the disc; it may be full or gone")
        default:
            self.init(path, expected: "a store of runs", got: words)
        }
    }

    static func foreign(_ path: String, got: String) -> KalsaeError {
        KalsaeError(
            path, expected: "a store of runs", got: got,
            advice: "choose another folder with --runs")
    }
}
