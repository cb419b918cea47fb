import Glibc

/// Which file a path leads to, so that a writer notices when its file was moved or deleted: SQLite
/// would go on writing to what nobody can open any more.
struct StoreIdentity: Equatable, Sendable {
    private let device: UInt64
    private let number: UInt64

    /// The file at a path; nil when there is none.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
    }
}
