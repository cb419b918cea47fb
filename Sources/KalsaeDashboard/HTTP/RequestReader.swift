import Glibc
import NIOCore

/// A request whose body comes in: into memory, or into a file.
final class RequestReader {
    private var base: DashboardRequest
    private let file: Int32?
    private let limit: Int
    private var count = 0
    let rate: TransferRate

    /// - Parameters:
    ///   - limit: bytes of the body at most.
    ///   - path: the file of an upload, which is made.
    init(_ base: DashboardRequest, limit: Int, path: String?, rate: TransferRate) throws {
        (self.base, self.limit, self.rate) = (base, limit, rate)
        file = try path.map { path in
            let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard file >= 0 else {
                throw HTTPFault(507, "upload: \(String(cString: strerror(errno)))")
            }
            return file
        }
        self.base.upload = path
    }

    /// Takes a part of the body; a fault where it is too long or cannot be kept.
    func take(_ bytes: ByteBuffer) -> HTTPFault? {
        count += bytes.readableBytes
        rate.count(bytes.readableBytes)
        guard count <= limit else {
            return HTTPFault(413, "body: expected at most \(limit) bytes, got more")
        }
        guard let file else {
            base.body += bytes.readableBytesView
            return nil
        }
        var rest = bytes.readableBytesView[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                return HTTPFault(507, "upload: \(String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(written)
        }
        return nil
    }

    /// The whole request.
    func request() -> DashboardRequest {
        if let file { close(file) }
        return base
    }

    /// Forgets what came.
    func discard() {
        guard let file, let path = base.upload else { return }
        close(file)
        unlink(path)
        // The folder is the file's own.
        if let slash = path.lastIndex(of: "/") { rmdir(String(path[..<slash])) }
        base.upload = nil
    }
}

/// Whether a body comes fast enough.
final class TransferRate {
    private let begin = ContinuousClock.now
    private let (step, bytes): (Int, Int)
    private var received = 0

    init(_ limits: ServerLimits) { (step, bytes) = (limits.bodySeconds, max(limits.bodyRate, 1)) }

    func count(_ bytes: Int) { received += bytes }

    /// Seconds until what has come has taken too long.
    var secondsLeft: Int {
        let passed = Int((ContinuousClock.now - begin) / .seconds(1))
        return step * (1 + received / bytes) - passed
    }
}
