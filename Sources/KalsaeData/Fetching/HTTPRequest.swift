import CKalsaeHTTP
import KalsaeSupport

/// One GET request over HTTP or HTTPS.
struct HTTPRequest {
    /// How it ended.
    enum Outcome: Equatable {
        /// The answer came to its end, with this status.
        case answered(status: Int)
        /// The connection failed, for this reason.
        case failed(String)
        /// Whoever takes the bytes wanted no more.
        case stopped
    }

    /// A part of the answer's body.
    struct Part {
        let status: Int
        /// The length of the body; nil where the server does not tell.
        let length: Int?
        let bytes: UnsafeRawBufferPointer
    }

    let url: String
    /// The first byte that is wanted.
    let offset: Int

    private final class Taker {
        let take: (Part) -> Bool
        init(_ take: @escaping (Part) -> Bool) { self.take = take }
    }

    /// Waits for the end; `take` gets each part, and false ends it.
    ///
    /// - Throws: a `KalsaeError` where the system has no libcurl.
    func run(_ take: @escaping (Part) -> Bool) throws(KalsaeError) -> Outcome {
        let taker = Taker(take)
        var status = 0
        var message = [CChar](repeating: 0, count: 512)
        let code = withExtendedLifetime(taker) {
            url.withCString { url -> Int32 in
                var request = khttp_request()
                request.url = url
                request.offset = Int64(offset)
                request.context = Unmanaged.passUnretained(taker).toOpaque()
                request.body = { context, status, length, bytes, count in
                    guard let context else { return 1 }
                    let taker = Unmanaged<Taker>.fromOpaque(context).takeUnretainedValue()
                    let part = Part(
                        status: status, length: length < 0 ? nil : Int(length),
                        bytes: UnsafeRawBufferPointer(start: bytes, count: count))
                    return taker.take(part) ? 0 : 1
                }
                return khttp_get(&request, &status, &message, message.count)
            }
        }
        let text = String(
            decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        switch Int(code) {
        case khttp_ok: return .answered(status: status)
        case khttp_stopped: return .stopped
        case khttp_no_library:
            throw KalsaeError(
                "data fetch", expected: "libcurl (libcurl.so.4)", got: "none on this system",
                advice: "install it (Debian: apt-get install curl), or fetch the files by hand")
        default: return .failed(text.printable)
        }
    }
}
