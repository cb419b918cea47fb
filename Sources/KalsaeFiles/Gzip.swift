import CZlib
import KalsaeSupport

/// The gzip format (RFC 1952) through zlib: several members, checked sums, bounded output.
public enum Gzip {
    /// The most that a file may inflate to unless told otherwise: 4 GiB, or the memory there is.
    public static var defaultLimit: Int { min(4 << 30, Memory.physical) }

    /// Output from which `greatestRatio` holds; below it no data set can hurt.
    static let freeOutput = 256 << 20
    /// Bytes out for a byte in, above which a large output is taken for a bomb (deflate can reach
    /// 1,032; data sets stay below 30, sparse masks below 200).
    static let greatestRatio = 250

    /// Whether the bytes begin with gzip's magic number.
    public static func isGzip(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
    }

    /// The inflated bytes of all members.
    ///
    /// Throws on corrupt or truncated data, on bytes after the last member (zeros are padding and
    /// allowed), on output over `limit`, and on a ratio that only a bomb has.
    public static func decompress(
        _ bytes: [UInt8], subject: String = "gzip data", limit: Int = Gzip.defaultLimit
    ) throws(KalsaeError) -> [UInt8] {
        try inflated(bytes, subject: subject, limit: limit, isPrefix: false)
    }

    /// The first `count` inflated bytes, or fewer if there are no more.
    public static func prefix(
        _ bytes: [UInt8], count: Int, subject: String = "gzip data"
    ) throws(KalsaeError) -> [UInt8] {
        try inflated(bytes, subject: subject, limit: count, isPrefix: true)
    }

    private static func inflated(
        _ bytes: [UInt8], subject: String, limit: Int, isPrefix: Bool
    ) throws(KalsaeError) -> [UInt8] {
        guard isGzip(bytes) else {
            throw KalsaeError(subject, expected: "gzip data", got: "another format")
        }
        // The last four bytes claim the size: a hint for one reservation, never believed.
        let claimed = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        let (ratioBound, overflow) = bytes.count.multipliedReportingOverflow(by: greatestRatio)
        let bound = min(limit, overflow ? limit : max(freeOutput, ratioBound))
        let first = max(64, min(isPrefix ? limit : claimed, bound))

        var output: [UInt8] = []
        var outcome = Inflater.Outcome.more
        var inflater = Inflater(limit: limit)
        bytes.withUnsafeBufferPointer { input in
            while outcome == .more {
                let capacity = output.isEmpty ? first : max(1 << 16, output.count)
                let next = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                    outcome = inflater.run(input, into: buffer, count: &count)
                }
                if output.isEmpty { output = next } else { output += next }
                if isPrefix && output.count >= limit { break }
            }
        }
        if isPrefix && output.count >= limit { return Array(output.prefix(limit)) }
        switch outcome {
        case .end, .more: return output
        case .tooLong:
            throw KalsaeError(
                subject, expected: "at most \(limit) bytes when inflated", got: "more")
        case .bomb:
            throw bomb(subject, inflater.total, from: inflater.position)
        case .truncated:
            throw KalsaeError(
                subject, expected: "complete gzip data", got: "an end after \(bytes.count) bytes",
                advice: "fetch the file again")
        case .trailing:
            throw KalsaeError(
                subject, expected: "nothing after the gzip data",
                got: "\(bytes.count - inflater.position) more bytes")
        case .corrupt(let reason):
            throw KalsaeError(
                subject, expected: "intact gzip data", got: reason, advice: "fetch the file again")
        }
    }

    /// Whether only a bomb inflates to so many bytes.
    static func isBomb(_ output: Int, from input: Int) -> Bool {
        output > freeOutput && output / greatestRatio > input
    }

    static func bomb(_ subject: String, _ output: Int, from input: Int) -> KalsaeError {
        KalsaeError(
            subject, expected: "data that inflates to at most \(greatestRatio) times its size",
            got: "more than \(output) bytes from \(input)")
    }

    /// The bytes as one gzip member; level 1 (fast) to 9 (small), default 6.
    public static func compress(_ bytes: [UInt8], level: Int = 6) throws(KalsaeError) -> [UInt8] {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        let size = Int32(MemoryLayout<z_stream>.size)
        let level = Int32(max(1, min(9, level)))
        let kind = Z_DEFAULT_STRATEGY
        guard bytes.count < 1 << 31,
            deflateInit2_(stream, level, Z_DEFLATED, 31, 8, kind, ZLIB_VERSION, size) == Z_OK
        else { throw KalsaeError("gzip", expected: "less than 2 GiB", got: "\(bytes.count) bytes") }
        defer { deflateEnd(stream) }
        let capacity = Int(deflateBound(stream, UInt(bytes.count)))
        return bytes.withUnsafeBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = UInt32(input.count)
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = UInt32(capacity)
                deflate(stream, Z_FINISH)
                count = capacity - Int(stream.pointee.avail_out)
            }
        }
    }
}

/// zlib's inflate over one buffer of members, resumable when the output is full.
private struct Inflater: ~Copyable {
    enum Outcome: Equatable { case more, end, truncated, trailing, tooLong, bomb, corrupt(String) }

    let limit: Int
    private(set) var position = 0
    private(set) var total = 0
    private let zlib = InflateStream()

    init(limit: Int) { self.limit = limit }

    mutating func run(
        _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>,
        count: inout Int
    ) -> Outcome {
        guard zlib.isReady else { return .corrupt("no memory for zlib") }
        let stream = zlib.stream
        guard let source = input.baseAddress, let base = output.baseAddress else {
            return .truncated
        }
        while true {
            let given = min(input.count - position, 1 << 30)
            let capacity = min(output.count - count, 1 << 30)
            stream.pointee.next_in = UnsafeMutablePointer(mutating: source + position)
            stream.pointee.avail_in = UInt32(given)
            stream.pointee.next_out = base + count
            stream.pointee.avail_out = UInt32(capacity)
            let code = inflate(stream, Z_NO_FLUSH)
            let made = capacity - Int(stream.pointee.avail_out)
            position += given - Int(stream.pointee.avail_in)
            count += made
            total += made
            if total > limit { return .tooLong }
            if Gzip.isBomb(total, from: position) { return .bomb }
            switch code {
            case Z_STREAM_END:
                if position == input.count { return .end }
                let rest = UnsafeBufferPointer(rebasing: input[position...])
                if rest.allSatisfy({ $0 == 0 }) { return .end }
                guard rest.count >= 2, rest[0] == 0x1f, rest[1] == 0x8b else { return .trailing }
                guard inflateReset(stream) == Z_OK else { return .corrupt("a broken stream") }
            case Z_OK, Z_BUF_ERROR:
                if count == output.count { return .more }
                if position == input.count && made == 0 { return .truncated }
            default:
                let reason = stream.pointee.msg.map { String(cString: $0) }
                return .corrupt(reason ?? "a broken stream")
            }
        }
    }
}
