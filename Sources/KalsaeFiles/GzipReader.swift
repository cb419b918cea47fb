import CZlib
import KalsaeSupport

/// Inflates gzip data that comes in parts, of any length, in bounded memory.
struct GzipReader: ~Copyable {
    private let subject: String
    private let zlib = InflateStream()
    private var isBetweenMembers = false
    private var count = 0
    private var total = 0

    init(subject: String) { self.subject = subject }

    /// What the next bytes hold; throws when they are corrupt, or end too early.
    mutating func inflate(_ input: [UInt8], isLast: Bool) throws(KalsaeError) -> [UInt8] {
        var output: [UInt8] = []
        var position = 0
        var fault: KalsaeError?
        count += input.count
        input.withUnsafeBufferPointer { input in
            while position < input.count, fault == nil {
                if isBetweenMembers, input[position] == 0 {
                    position += 1
                    continue
                }
                fault = member(input, &position, &output)
            }
        }
        if let fault { throw fault }
        guard !isLast || isBetweenMembers else {
            throw KalsaeError(
                subject, expected: "complete gzip data", got: "an end after \(count) bytes",
                advice: "fetch the file again")
        }
        return output
    }

    private mutating func member(
        _ input: UnsafeBufferPointer<UInt8>, _ position: inout Int, _ output: inout [UInt8]
    ) -> KalsaeError? {
        let broken = KalsaeError(
            subject, expected: "intact gzip data", got: "a broken stream",
            advice: "fetch the file again")
        guard zlib.isReady, let base = input.baseAddress else { return broken }
        let stream = zlib.stream
        isBetweenMembers = false
        var code: Int32 = Z_OK
        let next = [UInt8](unsafeUninitializedCapacity: 1 << 18) { buffer, made in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: base + position)
            stream.pointee.avail_in = UInt32(min(input.count - position, 1 << 30))
            let given = Int(stream.pointee.avail_in)
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = UInt32(buffer.count)
            code = CZlib.inflate(stream, Z_NO_FLUSH)
            position += given - Int(stream.pointee.avail_in)
            made = buffer.count - Int(stream.pointee.avail_out)
        }
        output += next
        total += next.count
        if Gzip.isBomb(total, from: count) { return Gzip.bomb(subject, total, from: count) }
        switch code {
        case Z_STREAM_END:
            isBetweenMembers = true
            return inflateReset(stream) == Z_OK ? nil : broken
        case Z_OK, Z_BUF_ERROR: return nil
        default:
            guard let reason = stream.pointee.msg.map({ String(cString: $0) }) else {
                return broken
            }
            return KalsaeError(
                subject, expected: "intact gzip data", got: reason, advice: "fetch the file again")
        }
    }
}
