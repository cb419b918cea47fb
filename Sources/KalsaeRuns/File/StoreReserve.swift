import Glibc

/// Space on the disc that is given up for the last words of a run where the disc is full.
struct StoreReserve: Sendable {
    /// Enough for a transaction of few records: each changed page of 4 KB is written once.
    private static let byteCount = 512 << 10

    private let path: String

    init(_ store: Store) { self.init(folder: store.folder) }

    init(folder: String) { path = "\(folder)/runs.reserve" }

    /// Takes the space, unless it is taken, or the disc has none.
    func take() {
        var status = stat()
        guard stat(path, &status) != 0 || status.st_size < Self.byteCount else { return }
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        guard file >= 0 else { return }
        defer { close(file) }
        if posix_fallocate(file, 0, off_t(Self.byteCount)) != 0 { unlink(path) }
    }

    /// Gives it up; false where there was none.
    @discardableResult func giveUp() -> Bool { unlink(path) == 0 }
}

extension Store {
    /// Runs `body` without the reserve of a store's folder, which is taken again behind it if there was
    /// one: on a full disc SQLite has no space to open the store from which something is to be deleted.
    public static func freeingReserve<Result>(
        of folder: String, _ body: () throws -> Result
    ) rethrows -> Result {
        let reserve = StoreReserve(folder: folder)
        let wasTaken = reserve.giveUp()
        defer { if wasTaken { reserve.take() } }
        return try body()
    }
}
