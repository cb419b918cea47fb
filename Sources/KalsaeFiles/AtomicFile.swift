import Glibc
import KalsaeSupport
import Synchronization

/// Files that appear whole or not at all.
///
/// The bytes go to a new file beside the destination, are synced, and take the destination's name
/// in one step; then the folder is synced. On any failure the new file is removed and the
/// destination is as it was. What a killed process left beside it goes with the next write. A device
/// or pipe (`/dev/stdout`) is written to directly; a pipe that nobody reads is refused.
public enum AtomicFile {
    /// Takes the bytes of the file being written, in order.
    public struct Writer: ~Copyable {
        fileprivate let path: String
        fileprivate let file: Int32

        /// Appends the bytes; throws on a full disc.
        public func write(_ bytes: [UInt8]) throws(KalsaeError) {
            try bytes.withUnsafeBufferPointer { buffer throws(KalsaeError) in
                try write(UnsafeRawBufferPointer(buffer))
            }
        }

        /// Appends the bytes; throws on a full disc.
        public func write(_ bytes: UnsafeRawBufferPointer) throws(KalsaeError) {
            var done = 0
            while done < bytes.count, let base = bytes.baseAddress {
                let wrote = Glibc.write(file, base + done, min(bytes.count - done, 1 << 30))
                if wrote < 0 && errno == EINTR { continue }
                guard wrote > 0 else {
                    throw .system(path, expected: "to write", code: wrote < 0 ? errno : EIO)
                }
                done += wrote
            }
        }
    }

    private static let serial = Atomic<Int>(0)

    /// Writes `bytes` to `path`.
    public static func write(_ bytes: [UInt8], to path: String) throws(KalsaeError) {
        try write(to: path) { writer throws(KalsaeError) in try writer.write(bytes) }
    }

    /// Writes what `body` gives the writer to `path`; when `body` throws, nothing is left behind.
    public static func write(
        to path: String, _ body: (borrowing Writer) throws(KalsaeError) -> Void
    ) throws(KalsaeError) {
        var status = stat()
        let exists = stat(path, &status) == 0
        let kind = status.st_mode & S_IFMT
        guard !exists || kind != S_IFDIR else {
            throw KalsaeError(path, expected: "a file to write", got: "a folder")
        }
        if exists && kind != S_IFREG { return try writeInPlace(path, body) }

        // A link keeps pointing where it points: its target is what gets replaced.
        let final = exists ? resolved(path) : path
        let (folder, name) = split(final)
        let number = serial.wrappingAdd(1, ordering: .relaxed).newValue
        let beside = "\(folder)/.\(name).\(getpid())-\(number).partial"
        removeLeftovers(of: name, in: folder)
        let file = openBeside(beside)
        guard file >= 0 else { throw .system(path, expected: "to write", code: errno) }
        var isOpen = true
        do throws(KalsaeError) {
            if exists { fchmod(file, status.st_mode & 0o7777) }
            try body(Writer(path: path, file: file))
            guard fsync(file) == 0 || errno == EINVAL else {
                throw KalsaeError.system(path, expected: "to write", code: errno)
            }
            isOpen = false
            guard close(file) == 0, rename(beside, final) == 0 else {
                throw KalsaeError.system(path, expected: "to write", code: errno)
            }
        } catch {
            if isOpen { close(file) }
            unlink(beside)
            throw error
        }
        syncFolder(folder)
    }

    /// Throws where `path` could not be written, before the work that leads to it is begun.
    public static func checkWritable(_ path: String) throws(KalsaeError) {
        var status = stat()
        let exists = stat(path, &status) == 0
        guard !exists || status.st_mode & S_IFMT != S_IFDIR else {
            throw KalsaeError(path, expected: "a file to write", got: "a folder")
        }
        if exists && status.st_mode & S_IFMT == S_IFIFO {
            let file = try openPipe(path)
            // A reader that waits would see its end if it were closed again before it is written.
            let key = PipeIdentity(status)
            if let old = pipes.withLock({ $0.updateValue(file, forKey: key) }) { close(old) }
            return
        }
        if exists && status.st_mode & S_IFMT != S_IFREG { return }
        let (folder, name) = split(exists ? resolved(path) : path)
        let beside = "\(folder)/.\(name).\(getpid()).partial"
        let file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw .system(path, expected: "to write", code: errno) }
        close(file)
        unlink(beside)
    }

    private static func writeInPlace(
        _ path: String, _ body: (borrowing Writer) throws(KalsaeError) -> Void
    ) throws(KalsaeError) {
        var status = stat()
        let isPipe = stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
        let held = isPipe ? pipes.withLock { $0.removeValue(forKey: PipeIdentity(status)) } : nil
        let file: Int32
        if isPipe {
            if let held { file = held } else { file = try openPipe(path) }
        } else {
            file = open(path, O_WRONLY | O_CLOEXEC)
        }
        guard file >= 0 else { throw .system(path, expected: "to write", code: errno) }
        defer { close(file) }
        try body(Writer(path: path, file: file))
    }

    /// Which pipe a path names.
    private struct PipeIdentity: Hashable {
        let device: dev_t, inode: ino_t

        init(_ status: stat) { (device, inode) = (status.st_dev, status.st_ino) }
    }

    /// Pipes that were found to have a reader, open until they are written.
    private static let pipes = Mutex<[PipeIdentity: Int32]>([:])

    /// Opens a pipe that somebody reads; a plain open waits until somebody does, for good if nobody.
    private static func openPipe(_ path: String) throws(KalsaeError) -> Int32 {
        let file = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            guard errno == ENXIO else { throw .system(path, expected: "to write", code: errno) }
            throw KalsaeError(
                path, expected: "a file, or a pipe that somebody reads",
                got: "a pipe without a reader",
                advice: "begin to read it first, as in cat \(path) &")
        }
        let flags = fcntl(file, F_GETFL)
        _ = fcntl(file, F_SETFL, flags & ~O_NONBLOCK)
        return file
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let name = String(path[path.index(after: slash)...])
        return (slash == path.startIndex ? "" : String(path[..<slash]), name)
    }

    /// Makes the rename itself durable; a file system that cannot sync folders is no error.
    private static func syncFolder(_ folder: String) {
        let file = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { return }
        fsync(file)
        close(file)
    }
}
