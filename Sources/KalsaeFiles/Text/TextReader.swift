import Glibc
import KalsaeSupport

/// The text of a file, pipe or standard input in parts, inflated and as UTF-8.
struct TextReader: ~Copyable {
    let subject: String
    private(set) var isAtEnd = false
    private(set) var isCompressed = false
    private let file: Int32
    private let partSize: Int
    private var gzip: GzipReader?
    private var decoder: TextDecoder
    private var isFirst = true

    init(path: String, encoding: TextEncoding?, partSize: Int) throws(KalsaeError) {
        subject = FileBytes.subject(of: path)
        self.partSize = partSize
        decoder = TextDecoder(subject: subject, encoding: encoding)
        file = try FileBytes.descriptor(of: path)
    }

    deinit { close(file) }

    /// The encoding so far, and whether the file names it.
    var encoding: (name: String, hasMark: Bool) {
        (decoder.encoding?.name ?? TextEncoding.utf8.name, decoder.hasMark)
    }

    /// Appends the next part. The first one is of full size, so that guesses do not depend on how a
    /// pipe delivers; later ones are what is there.
    mutating func read(into text: inout [UInt8]) throws(KalsaeError) {
        guard !isAtEnd else { return }
        var bytes =
            isFirst ? try FileBytes.chunk(subject, file: file, capacity: partSize) : try some()
        isAtEnd = isFirst ? bytes.count < partSize : bytes.isEmpty
        let begins = isFirst
        isFirst = false
        if begins, Gzip.isGzip(bytes) {
            isCompressed = true
            gzip = GzipReader(subject: subject)
        }
        if isCompressed, let inflated = try gzip?.inflate(bytes, isLast: isAtEnd) {
            bytes = inflated
        }
        if begins { try FileKind.check(bytes, subject: subject) }
        text += try decoder.decode(bytes, isLast: isAtEnd)
    }

    /// What one call of the system gives.
    private func some() throws(KalsaeError) -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: partSize) { buffer, count in
            while let base = buffer.baseAddress {
                let got = Glibc.read(file, base, partSize)
                if got < 0 && errno == EINTR { continue }
                if got < 0 { code = errno }
                count = max(0, got)
                return
            }
        }
        guard code == 0 else { throw .system(subject, expected: "a readable file", code: code) }
        return bytes
    }
}
