import NIOCore
import NIOHTTP1

/// One connection: takes a request at a time, within the limits, and writes its answer.
///
/// Whatever is refused ends the connection, so that a body which nobody read is never taken for
/// requests.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case idle
        case reading(RequestReader)
        case answering
        case streaming
        /// What still comes is dropped.
        case closing
    }

    private let server: Server
    private var state = State.idle
    private var deadline: Scheduled<Void>?
    private var keepsAlive = true
    private var isHead = false
    private var sink: StreamSink?
    private let presence = Presence()

    init(_ server: Server) { self.server = server }

    func channelActive(context: ChannelHandlerContext) {
        server.idle.add(context.channel)
        setDeadline(server.limits.headerSeconds, context)
        context.read()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        if case .reading(let reader) = state { reader.discard() }
        state = .closing
        presence.leave()
        server.idle.remove(context.channel)
        sink?.end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError, case .idle = state {
            return refuse(
                HTTPFault(400, "expected a request of HTTP/1.1, got another text"), context)
        }
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (state, unwrapInboundIn(data)) {
        case (.idle, .head(let head)): begin(head, context)
        case (.reading(let reader), .body(let bytes)):
            if let fault = reader.take(bytes) { refuse(fault, context) }
        case (.reading(let reader), .end): finish(reader, context)
        case (.closing, .end): context.close(promise: nil)
        default: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if case .reading(let reader) = state {
            // A body may take its time as long as it comes.
            guard reader.rate.secondsLeft > 0 else {
                return refuse(HTTPFault(408, "expected the body in time"), context)
            }
            setDeadline(reader.rate.secondsLeft, context)
        }
        context.read()
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        server.idle.remove(context.channel)
        keepsAlive = head.isKeepAlive
        isHead = head.method == .HEAD
        do {
            let reader = try server.admit(head)
            state = .reading(reader)
            setDeadline(reader.rate.secondsLeft, context)
        } catch {
            refuse(error as? HTTPFault ?? HTTPFault(500, "\(error)"), context)
        }
    }

    private func finish(_ reader: RequestReader, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        state = .answering
        var request = reader.request()
        request.presence = presence
        let loop = context.eventLoop
        let promise = loop.makePromise(of: DashboardResponse.self)
        let bound = NIOLoopBound((self, context), eventLoop: loop)
        promise.futureResult.whenSuccess { response in
            let (handler, context) = bound.value
            guard case .answering = handler.state else { return }
            handler.answer(response, context)
        }
        server.work(on: request, promise)
    }

    private func refuse(_ fault: HTTPFault, _ context: ChannelHandlerContext) {
        if case .reading(let reader) = state { reader.discard() }
        keepsAlive = false
        server.log(fault)
        answer(DashboardResponse(fault), context)
    }

    private func answer(_ response: DashboardResponse, _ context: ChannelHandlerContext) {
        if response.status >= 400 { keepsAlive = false }
        switch response.body {
        case .bytes(let bytes): write(bytes, response, context)
        case .stream(let request): stream(request, response, context)
        }
    }

    private func write(
        _ bytes: [UInt8], _ response: DashboardResponse, _ context: ChannelHandlerContext
    ) {
        let server = self.server
        var bytes = bytes
        var head = self.head(response)
        let isTaken = server.pending.withLock { pending in
            guard pending + bytes.count <= server.limits.pendingBytes else { return false }
            pending += bytes.count
            return true
        }
        if !isTaken {
            head.status = .serviceUnavailable
            bytes = []
        }
        let count = isTaken ? bytes.count : 0
        head.headers.add(name: "Content-Length", value: "\(bytes.count)")
        let isLast = !keepsAlive
        setDeadline(server.limits.answerSeconds, context)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !isHead, !bytes.isEmpty {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
        }
        // The end lets the next request in, which may wait already.
        state = isLast ? .closing : .idle
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { result in
            server.pending.withLock { $0 -= count }
            let (handler, context) = bound.value
            guard case .success = result else { return context.close(promise: nil) }
            handler.answered(isLast, context)
        }
    }

    private func answered(_ isLast: Bool, _ context: ChannelHandlerContext) {
        if isLast {
            // The client reads the answer before its unread bytes would reset the connection.
            context.channel.close(mode: .output, promise: nil)
            setDeadline(1, context)
            context.read()
        } else if case .idle = state {
            server.idle.add(context.channel)
            setDeadline(server.limits.headerSeconds, context)
            context.read()
        }
    }

    private func stream(
        _ request: StreamRequest, _ response: DashboardResponse, _ context: ChannelHandlerContext
    ) {
        state = .streaming
        keepsAlive = false
        deadline?.cancel()
        context.writeAndFlush(wrapOutboundOut(.head(head(response))), promise: nil)
        let sink = StreamSink(context.channel, server.limits)
        self.sink = sink
        guard server.hub.add(sink, request) else { return context.close(promise: nil) }
        sink.beat()
    }

    private func head(_ response: DashboardResponse) -> HTTPResponseHead {
        var headers = HTTPHeaders(DashboardResponse.safety + response.headers)
        if !keepsAlive { headers.add(name: "Connection", value: "close") }
        return HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: response.status), headers: headers)
    }

    private func setDeadline(_ seconds: Int, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) {
            bound.value.1.close(promise: nil)
        }
    }
}
