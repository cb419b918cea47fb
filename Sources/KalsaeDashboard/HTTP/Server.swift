import Glibc
import KalsaeSupport
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Listens, lets requests in, and has them answered on threads of their own.
final class Server: Sendable {
    let limits: ServerLimits
    let hub: StreamHub
    /// Bytes of answers on their way.
    let pending = Mutex(0)

    private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    private let queues: [Router.Effort: RequestQueue]
    private let router: Router
    private let uploads: UploadFolder
    private let connections = Atomic(0)
    /// Those that wait for a request.
    let idle = IdleConnections()
    private let gatekeeper = Mutex<Gatekeeper?>(nil)
    private let channel = Mutex<(any Channel)?>(nil)
    private let say: @Sendable (String) -> Void
    private let refusals = Mutex((count: 0, told: ContinuousClock.now - .seconds(60)))

    init(
        _ router: Router, hub: StreamHub, uploads: UploadFolder, limits: ServerLimits,
        say: @escaping @Sendable (String) -> Void
    ) {
        (self.router, self.hub, self.uploads) = (router, hub, uploads)
        (self.limits, self.say) = (limits, say)
        queues = Dictionary(
            uniqueKeysWithValues: Router.Effort.allCases.map { effort in
                let queue = RequestQueue(
                    threads: effort.threads, limit: effort.limit(limits),
                    answer: { router.respond(to: $0) },
                    dropped: { $0.upload.map(uploads.remove) })
                return (effort, queue)
            })
    }

    /// Listens at an address; the port that it is.
    func start(host: String, port: Int, token: String?) throws -> Int {
        for queue in queues.values { queue.start() }
        let server = self
        let bootstrap = ServerBootstrap(group: loops)
            .serverChannelOption(.backlog, value: Int32(clamping: limits.connections))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // Else the system keeps megabytes for each client that does not read.
            .childChannelOption(.socketOption(.so_sndbuf), value: 128 * 1024)
            .childChannelOption(
                .writeBufferWaterMark, value: .init(low: 32 * 1024, high: 256 * 1024)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try server.open(channel) }
            }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        let channel = try bootstrap.bind(host: bare, port: port).wait()
        let bound = channel.localAddress?.port ?? port
        gatekeeper.withLock {
            $0 = Gatekeeper(host: host, port: bound, token: token, machine: Self.machine)
        }
        self.channel.withLock { $0 = channel }
        return bound
    }

    /// Ends what only answers, closes all connections and ends the threads; trainings go on.
    func stop() {
        let channel = channel.withLock { channel in
            defer { channel = nil }
            return channel
        }
        try? channel?.close().wait()
        hub.stop()
        router.programs.end()
        // Answers still need the loops.
        for queue in queues.values { queue.end() }
        try? loops.syncShutdownGracefully()
    }

    private func open(_ channel: any Channel) throws {
        let count = connections.add(1, ordering: .relaxed).newValue
        let server = self
        channel.closeFuture.whenComplete { _ in
            server.connections.subtract(1, ordering: .relaxed)
        }
        if count > limits.connections {
            log(HTTPFault(503, "expected at most \(limits.connections) connections"))
            guard let oldest = idle.takeOldest() else { return channel.close(promise: nil) }
            oldest.close(promise: nil)
        }
        var decoder = NIOHTTPDecoderLimitConfiguration()
        decoder.maxHeaderFieldSize = limits.headerBytes
        decoder.maxHeaderListSize = limits.headerBytes
        decoder.maxHeaderFieldCount = 100
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withErrorHandling: false, withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: decoder)
        try channel.pipeline.syncOperations.addHandler(ConnectionHandler(self))
    }

    /// Whether a request is let in; what takes its body.
    func admit(_ head: HTTPRequestHead) throws -> RequestReader {
        let methods = ["GET", "HEAD", "POST", "PATCH", "DELETE"]
        guard head.version == .http1_1 || head.version == .http1_0 else {
            throw HTTPFault(505, "expected HTTP/1.1")
        }
        guard methods.contains(head.method.rawValue) else {
            throw HTTPFault(405, "method: expected \(methods.joined(separator: ", "))")
        }
        guard let target = RequestTarget(head.uri) else {
            throw HTTPFault(400, "path: expected one of this server")
        }
        let names = Gatekeeper.Headers(head.headers)
        guard let gatekeeper = gatekeeper.withLock({ $0 }) else {
            throw HTTPFault(503, "the server is starting")
        }
        let method = head.method == .HEAD ? "GET" : head.method.rawValue
        if let fault = gatekeeper.fault(method, target, names) { throw fault }
        var request = DashboardRequest(method: method, target: target)
        request.known = head.headers.first(name: "If-None-Match")
        request.takesGzip = head.headers[canonicalForm: "Accept-Encoding"].contains {
            $0.lowercased() == "gzip"
        }
        request.lastEvent = head.headers.first(name: "Last-Event-ID")
        if gatekeeper.isLogin(target) { request.login = gatekeeper.cookie }
        let isUpload = target.path == ["api", "uploads"] && method == "POST"
        let limit = isUpload ? limits.uploadBytes : method == "GET" ? 0 : limits.bodyBytes
        if let length = head.headers.first(name: "Content-Length").flatMap({ Int($0) }),
            length > limit
        {
            throw HTTPFault(413, "body: expected at most \(limit) bytes, got \(length)")
        }
        return try RequestReader(
            request, limit: limit, path: isUpload ? try uploads.freshPath(for: request) : nil,
            rate: TransferRate(limits))
    }

    /// Has a request answered by a thread that may wait.
    func work(on request: DashboardRequest, _ promise: EventLoopPromise<DashboardResponse>) {
        queues[Router.effort(of: request)]?.add(request, promise)
    }

    /// Tells of a refusal, at most once a second.
    func log(_ fault: HTTPFault) {
        let count = refusals.withLock { refusals -> Int? in
            refusals.count += 1
            guard ContinuousClock.now - refusals.told > .seconds(1) else { return nil }
            defer { refusals = (0, ContinuousClock.now) }
            return refusals.count
        }
        guard let count else { return }
        let more = count > 1 ? " (and \(count - 1) more)" : ""
        say("refused: \(fault.status) \(fault.line)\(more)".printable)
    }

    static let machine: String = {
        var bytes = [CChar](repeating: 0, count: 256)
        gethostname(&bytes, bytes.count - 1)
        return String(
            decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()
}

extension Gatekeeper.Headers {
    init(_ headers: HTTPHeaders) {
        hosts = headers["Host"]
        origins = headers["Origin"]
        site = headers.first(name: "Sec-Fetch-Site")
        cookies = headers["Cookie"]
        authorization = headers.first(name: "Authorization")
        contentType = headers.first(name: "Content-Type")
        mark = headers.first(name: "X-Kalsae")
    }
}
