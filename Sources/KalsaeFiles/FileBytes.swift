import Glibc
import KalsaeSupport

/// Whole files as bytes.
public enum FileBytes {
    /// The most that `read` takes unless told otherwise: the machine's physical memory.
    public static var defaultLimit: Int { Memory.physical }

    /// The path that means standard input; a file of that name is `./-`.
    public static let standardInput = "-"

    /// What errors call a path.
    public static func subject(of path: String) -> String {
        path == standardInput ? "standard input" : path
    }

    /// The bytes of a file, pipe or device; those of standard input for the path `-`.
    ///
    /// Throws when the path is missing, unreadable, a folder, or holds more than `limit` bytes.
    public static func read(
        _ path: String, limit: Int = FileBytes.defaultLimit
    ) throws(KalsaeError) -> [UInt8] {
        let file = try descriptor(of: path)
        defer { close(file) }
        let path = subject(of: path)
        var status = stat()
        guard fstat(file, &status) == 0 else {
            throw .system(path, expected: "a readable file", code: errno)
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw KalsaeError(path, expected: "a file", got: "a folder")
        }
        let claimed = max(0, Int(status.st_size))
        guard claimed <= limit else { throw overLimit(path, limit: limit, got: claimed) }

        // One byte more than claimed, so that the end of an unchanged file is seen in one pass.
        var bytes = try chunk(path, file: file, capacity: claimed + 1)
        if bytes.count <= claimed { return bytes }
        while true {
            guard bytes.count <= limit else {
                throw overLimit(path, limit: limit, got: bytes.count)
            }
            let more = try chunk(path, file: file, capacity: max(1 << 16, bytes.count / 2))
            if more.isEmpty { return bytes }
            bytes += more
        }
    }

    /// The first bytes of a file, at most `count`.
    package static func prefix(of path: String, count: Int) throws(KalsaeError) -> [UInt8] {
        let file = try descriptor(of: path)
        defer { close(file) }
        return try chunk(subject(of: path), file: file, capacity: count)
    }

    /// The first and the last bytes of a file, at most `count` each, and how long it is.
    package static func ends(
        of path: String, count: Int
    ) throws(KalsaeError) -> (bytes: [UInt8], length: Int) {
        let file = try descriptor(of: path)
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw KalsaeError(path, expected: "a file", got: "something else")
        }
        let length = Int(status.st_size)
        let first = try chunk(path, file: file, capacity: min(count, length))
        let rest = min(count, length - first.count)
        lseek(file, off_t(length - rest), SEEK_SET)
        return (first + (try chunk(path, file: file, capacity: rest)), length)
    }

    /// An open descriptor, which the caller closes.
    static func descriptor(of path: String) throws(KalsaeError) -> Int32 {
        let isInput = path == standardInput
        let file = isInput ? fcntl(0, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw .system(subject(of: path), expected: "a readable file", code: errno)
        }
        return file
    }

    /// Reads until `capacity` bytes are there or the file ends.
    static func chunk(
        _ path: String, file: Int32, capacity: Int
    ) throws(KalsaeError) -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            while count < capacity, let base = buffer.baseAddress {
                let got = Glibc.read(file, base + count, min(capacity - count, 1 << 30))
                if got < 0 && errno == EINTR { continue }
                if got < 0 { code = errno }
                if got <= 0 { break }
                count += got
            }
        }
        guard code == 0 else { throw .system(path, expected: "a readable file", code: code) }
        return bytes
    }

    private static func overLimit(_ path: String, limit: Int, got: Int) -> KalsaeError {
        KalsaeError(path, expected: "at most \(limit) bytes", got: "\(got)")
    }
}
