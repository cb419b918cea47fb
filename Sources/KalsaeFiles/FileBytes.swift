import Glibc
import KalsaeSupport

/// Whole files as bytes. Every reader opens files here, where pipes, devices and folders are refused.
public enum FileBytes {
    /// The most that `read` takes unless told otherwise: the machine's physical memory.
    public static var defaultLimit: Int { Memory.physical }

    /// The path that means standard input; a file of that name is `./-`.
    public static let standardInput = "-"

    /// What errors call a path.
    public static func subject(of path: String) -> String {
        path == standardInput ? "standard input" : path
    }

    /// The bytes of a file; those of standard input for the path `-`.
    ///
    /// Throws when the path is missing, unreadable, no file of bytes, or holds more than `limit` bytes.
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
            throw KalsaeError(path, expected: "a file", got: "a pipe or device")
        }
        let length = Int(status.st_size)
        let first = try chunk(path, file: file, capacity: min(count, length))
        let rest = min(count, length - first.count)
        lseek(file, off_t(length - rest), SEEK_SET)
        return (first + (try chunk(path, file: file, capacity: rest)), length)
    }

    /// An open descriptor of a file, or of a pipe that the process was started with (`-`, `/dev/stdin`,
    /// `/dev/fd/63` as a shell's `<(…)`); the caller closes it.
    ///
    /// Throws for a folder, device, socket or other pipe, which may never end.
    package static func descriptor(of path: String) throws(KalsaeError) -> Int32 {
        if let inherited = inheritedPipe(path) {
            let file = fcntl(inherited, F_DUPFD_CLOEXEC, 0)
            guard file >= 0 else {
                throw .system(subject(of: path), expected: "a readable file", code: errno)
            }
            return try checked(file, path, allowsPipes: true)
        }
        // A pipe without a writer, or a device, would make a plain open wait.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else {
            guard errno == ENXIO else {
                throw .system(path, expected: "a readable file", code: errno)
            }
            throw KalsaeError(path, expected: "a file", got: "a socket or device without a reader")
        }
        return try checked(file, path, allowsPipes: false)
    }

    /// Whether a path names a pipe that the process was started with, which can be read once.
    package static func isInheritedPipe(_ path: String) -> Bool { inheritedPipe(path) != nil }

    /// The descriptor of a pipe that the process was started with; nil for other paths.
    private static func inheritedPipe(_ path: String) -> Int32? {
        if path == standardInput { return 0 }
        var number: Int32?
        if path == "/dev/stdin" { number = 0 }
        for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
            number = Int32(path.dropFirst(folder.count))
        }
        var status = stat()
        guard let number, number >= 0, fstat(number, &status) == 0 else { return nil }
        return [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT) ? number : nil
    }

    /// The descriptor, or an error for what is no file; it is closed then.
    private static func checked(
        _ file: Int32, _ path: String, allowsPipes: Bool
    ) throws(KalsaeError) -> Int32 {
        var status = stat()
        var got: String?
        if fstat(file, &status) != 0 {
            got = String(cString: strerror(errno))
        } else {
            got =
                switch status.st_mode & S_IFMT {
                case S_IFREG: nil
                case S_IFDIR: "a folder"
                case _ where allowsPipes: nil
                case S_IFIFO: "a pipe"
                case S_IFSOCK: "a socket"
                default: "a device"
                }
        }
        guard let got else { return file }
        close(file)
        throw KalsaeError(
            subject(of: path), expected: "a file", got: got,
            advice: got == "a pipe" ? "a table may come through standard input, as -" : "")
    }

    /// Reads until `capacity` bytes are there or the file ends.
    package static func chunk(
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
