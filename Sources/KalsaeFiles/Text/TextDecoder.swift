import KalsaeSupport

/// Bytes of a text file to UTF-8, whole or in parts; what is not told is guessed at the first byte
/// that decides, since what came before is the same in all encodings of bytes.
struct TextDecoder: ~Copyable {
    let subject: String
    /// What was taken; nil while all bytes were ASCII.
    private(set) var encoding: TextEncoding?
    /// Whether the file named it by a mark of its own.
    private(set) var hasMark = false
    private let given: TextEncoding?
    private var converter: TextConverter?
    private var isFirst = true
    private var lines = 0
    /// The beginning of a character of UTF-8 whose end is to come.
    private var rest: [UInt8] = []

    /// Bytes looked at for a guess.
    static let sampleSize = 1 << 18

    init(subject: String, encoding: TextEncoding?) {
        self.subject = subject
        given = encoding
    }

    /// The text of the next bytes. Throws at bytes that the encoding does not have.
    mutating func decode(_ bytes: [UInt8], isLast: Bool) throws(KalsaeError) -> [UInt8] {
        var bytes = bytes
        if isFirst {
            isFirst = false
            try begin(&bytes)
        }
        if converter == nil {
            if !rest.isEmpty { bytes.insert(contentsOf: rest, at: 0) }
            rest = []
            guard let offset = UTF8Check.firstInvalid(in: bytes) else {
                return kept(bytes, isLast: isLast)
            }
            if !isLast, UTF8Check.isCut(bytes, at: offset) {
                rest = Array(bytes[offset...])
                bytes.removeLast(rest.count)
                return kept(bytes, isLast: isLast)
            }
            guard given == nil, encoding == nil, !hasMark else {
                throw invalid(bytes, at: offset)
            }
            try choose(bytes, firstInvalid: offset)
        }
        return try converted(bytes, isLast: isLast)
    }

    private mutating func kept(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
        if encoding == nil, isLast || bytes.contains(where: { $0 >= 0x80 }) { encoding = .utf8 }
        // Only a fault in a later part needs the line.
        if !isLast { count(bytes) }
        return bytes
    }

    private mutating func count(_ bytes: [UInt8]) {
        lines += bytes.withUnsafeBufferPointer { $0.count { $0 == 0x0a } }
    }

    /// Takes the mark off, and what was given or what zero bytes tell.
    private mutating func begin(_ bytes: inout [UInt8]) throws(KalsaeError) {
        let mark = TextEncoding.marks.first { bytes.starts(with: $0.bytes) }
        if let mark, given == nil || given == mark.encoding || given == .utf16LittleEndian {
            bytes.removeFirst(mark.bytes.count)
            hasMark = true
            encoding = mark.encoding
        } else {
            encoding = given ?? TextEncoding.wide(bytes)
        }
        if let encoding, encoding != .utf8 { converter = try TextConverter(encoding) }
    }

    private mutating func choose(_ bytes: [UInt8], firstInvalid: Int) throws(KalsaeError) {
        let start = max(0, firstInvalid - 64)
        let sample = Array(bytes[start..<min(bytes.count, start + Self.sampleSize)])
        // Text in UTF-8 with a few bad bytes is not turned into another encoding.
        let (valid, invalidCount) = UTF8Check.counts(in: sample)
        guard valid <= invalidCount else {
            throw invalid(bytes, at: firstInvalid)
        }
        let from = sample.firstIndex { $0 >= 0x80 } ?? 0
        let chosen = TextEncoding.narrow(Array(sample[from...]))
        encoding = chosen
        converter = try TextConverter(chosen)
    }

    private mutating func converted(
        _ bytes: [UInt8], isLast: Bool
    ) throws(KalsaeError) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + bytes.count / 2)
        let isGood = converter?.append(bytes, to: &output, isLast: isLast) ?? true
        let name = converter?.encoding.name ?? ""
        count(output)
        guard isGood else {
            throw KalsaeError(
                subject, expected: "\(name) text", got: "bytes that are none on line \(lines + 1)",
                advice: "name the encoding with --encoding")
        }
        return output
    }

    private func invalid(_ bytes: [UInt8], at offset: Int) -> KalsaeError {
        let line = bytes[..<offset].reduce(lines + 1) { $1 == 0x0a ? $0 + 1 : $0 }
        return KalsaeError(
            subject, expected: "UTF-8 text",
            got: "the byte \(hexadecimal(bytes[offset])) on line \(line)",
            advice: "correct it there, or name the encoding with --encoding")
    }
}
