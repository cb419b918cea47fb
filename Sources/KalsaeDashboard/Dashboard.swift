import Foundation
import KalsaeFiles
import KalsaeSupport
import Synchronization

/// How a dashboard is served.
public struct DashboardOptions: Sendable {
    /// The folder of the store of runs.
    public var folder: String
    /// The address to listen at; the whole machine's address needs a token.
    public var host = "127.0.0.1"
    /// The port; 0 for a free one.
    public var port = 7878
    /// What clients must know; nil for nothing, on an address of this machine alone.
    public var token: String?
    /// What clients may ask for at most.
    public var limits = ServerLimits()
    /// The program `kalsae`, which answers some requests, trains and carries out lessons; nil for none.
    public var program: String?
    /// The version that is shown.
    public var version = ""
    /// The names of data sets to train with.
    public var sets: [String] = []
    /// Predicts with the model at a path: `pixels` or a `row` to `classes` and `probabilities`.
    public var predict: (@Sendable (String, JSONValue) throws -> JSONValue)?
    /// Takes a line about what was refused.
    public var say: @Sendable (String) -> Void = { _ in }

    /// The usual options for a folder.
    public init(folder: String) { self.folder = folder }
}

/// A live page of recorded runs, by HTTP.
///
/// ```swift
/// let dashboard = try Dashboard(DashboardOptions(folder: "kalsae-runs"))
/// try dashboard.start()
/// print(dashboard.address)
/// ```
/// It reads the store and never writes it, but for what a page asks for: commands, names, tags,
/// notes, deletions.
public final class Dashboard: Sendable {
    /// The options, with a token where one is needed.
    public let options: DashboardOptions
    private let router: Router
    private let server: Server
    private let bound = Mutex<Int?>(nil)

    /// Prepares a dashboard; a token is made up where one is needed and none is given.
    public init(_ options: DashboardOptions) throws(KalsaeError) {
        var options = options
        guard (0...65_535).contains(options.port) else {
            throw KalsaeError(
                "--port", expected: "a number from 0 to 65535", got: "\(options.port)")
        }
        if let token = options.token {
            let isPlain = token.utf8.allSatisfy { byte in
                Character(Unicode.Scalar(byte)).isLetter && byte < 128
                    || (48...57).contains(byte) || byte == 45 || byte == 95
            }
            guard isPlain, (8...200).contains(token.utf8.count) else {
                throw KalsaeError(
                    "--token", expected: "8 to 200 letters, digits, - and _",
                    got: "\(token.utf8.count) bytes")
            }
        } else if !Gatekeeper.isLoopback(options.host) {
            options.token = Self.freshToken()
        }
        self.options = options
        let uploads = UploadFolder(runs: options.folder, limit: options.limits.uploadBytes)
        router = Router(options, uploads: uploads)
        server = Server(
            router, hub: StreamHub(folder: options.folder, limits: options.limits),
            uploads: uploads, limits: options.limits, say: options.say)
    }

    /// Begins to listen.
    public func start() throws(KalsaeError) {
        Self.allowManyFiles(options.limits.connections + 256)
        router.programs.begin()
        do {
            let port = try server.start(
                host: options.host, port: options.port, token: options.token)
            router.port.withLock { $0 = port }
            bound.withLock { $0 = port }
        } catch {
            throw KalsaeError(
                "\(options.host):\(options.port)", expected: "an address to listen at",
                got: "\(error)", advice: "another server may be there; choose another --port")
        }
    }

    /// Closes all connections.
    public func stop() { server.stop() }

    /// The port that is listened at; 0 before `start`.
    public var port: Int { bound.withLock { $0 ?? 0 } }

    /// The address to open, with the token where one is needed.
    public var address: String {
        let isWide = ["0.0.0.0", "::", "[::]"].contains(options.host)
        let host = isWide ? Server.machine : Gatekeeper.bracketed(options.host)
        let query = options.token.map { "?token=\($0)" } ?? ""
        return "http://\(host):\(port)/\(query)"
    }

    private static func freshToken() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in String(generator.next() as UInt64, radix: 36) }.joined()
    }

    /// Lets this process have as many open files as it needs, where the system allows it.
    private static func allowManyFiles(_ wanted: Int) {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0, limit.rlim_cur < wanted else { return }
        limit.rlim_cur = min(rlim_t(wanted), limit.rlim_max)
        _ = setrlimit(kind, &limit)
    }
}
