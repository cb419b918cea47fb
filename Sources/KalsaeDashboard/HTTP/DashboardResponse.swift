import KalsaeFiles
import KalsaeSupport

/// What a request is answered with.
struct DashboardResponse: Sendable {
    /// Bytes, or a stream that goes on.
    enum Body: Sendable {
        case bytes([UInt8])
        case stream(StreamRequest)
    }

    var status = 200
    var headers: [(String, String)] = []
    var body = Body.bytes([])

    /// JSON.
    init(_ json: JSONValue, status: Int = 200) {
        self.status = status
        headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
        body = .bytes(json.bytes)
    }

    /// Bytes of a kind.
    init(_ bytes: [UInt8], kind: String, status: Int = 200) {
        self.status = status
        headers = [("Content-Type", kind)]
        body = .bytes(bytes)
    }

    /// Server-sent events.
    init(stream: StreamRequest) {
        headers = [("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")]
        body = .stream(stream)
    }

    /// An error as one line.
    init(_ fault: HTTPFault) {
        self.init(["error": .string(fault.line)], status: fault.status)
    }

    /// An error of any kind: what is not ours is not told.
    init(error: any Error) {
        switch error {
        case let fault as HTTPFault: self.init(fault)
        case let error as KalsaeError: self.init(HTTPFault(422, error.description))
        default: self.init(HTTPFault(500, "\(error)".printable))
        }
    }

    /// Headers that each answer has: scripts, styles and data come from here and nowhere else, and
    /// no other page shows this one.
    static let safety = [
        (
            "Content-Security-Policy",
            """
            default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
            connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; \
            frame-ancestors 'none'
            """
        ),
        ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
}
