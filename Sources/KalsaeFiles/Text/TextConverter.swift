import Glibc
import KalsaeSupport

/// Text in any encoding to UTF-8, by iconv; characters may be cut between two calls.
struct TextConverter: ~Copyable {
    let encoding: TextEncoding
    private let state: iconv_t
    /// Bytes of a character whose end is to come.
    private var rest: [UInt8] = []

    /// Throws when the system's iconv lacks the encoding.
    init(_ encoding: TextEncoding) throws(KalsaeError) {
        self.encoding = encoding
        guard let state = Self.open(encoding.name) else {
            throw KalsaeError(
                encoding.name, expected: "an encoding that this system's iconv knows",
                got: "none of that name", advice: "install glibc's converters (gconv)")
        }
        self.state = state
    }

    deinit { iconv_close(state) }

    static func knows(_ name: String) -> Bool {
        guard let state = open(name) else { return false }
        iconv_close(state)
        return true
    }

    private static func open(_ name: String) -> iconv_t? {
        // iconv_open fails with -1 as a pointer.
        guard let state = iconv_open("UTF-8", name), Int(bitPattern: state) != -1 else {
            return nil
        }
        return state
    }

    /// Appends the text; false at bytes that are no character, or, for the last bytes, at a
    /// character that is cut.
    mutating func append(
        _ bytes: some Collection<UInt8>, to output: inout [UInt8], isLast: Bool
    ) -> Bool {
        var input = rest
        input += bytes
        rest = []
        var position = 0
        var isGood = true
        var buffer = [CChar](repeating: 0, count: 1 << 16)
        while position < input.count {
            var made = 0
            var code: Int32 = 0
            input.withUnsafeMutableBytes { source in
                buffer.withUnsafeMutableBufferPointer { target in
                    var from = source.baseAddress?.advanced(by: position)
                        .assumingMemoryBound(to: CChar.self)
                    var to = target.baseAddress
                    var left = source.count - position
                    var free = target.count
                    if iconv(state, &from, &left, &to, &free) == -1 { code = errno }
                    position = source.count - left
                    made = target.count - free
                }
            }
            output += buffer[..<made].lazy.map { UInt8(bitPattern: $0) }
            if code == E2BIG || code == 0 { continue }
            // A cut character is EINVAL; it may go on with the next bytes.
            isGood = code == EINVAL && !isLast
            if isGood { rest = Array(input[position...]) }
            break
        }
        return isGood
    }
}
