import KalsaeFiles
import KalsaeSupport

/// A text as numbers of tokens: a part to train on, and later parts to validate and test on.
///
/// ```swift
/// let text = try TextData(path: "plays.txt", tokens: .words())
/// let run = try TextRun(Recipe(for: text), data: text, context: 64)
/// ```
public struct TextData: Sendable {
    /// What the text is called.
    public let name: String
    /// How it becomes numbers.
    public let tokens: TextTokens
    /// The tokens to train on.
    public let train: [Int32]
    /// The tokens that choices are judged by.
    public let validation: [Int32]
    /// The tokens that the result is reported on; none where nothing is held out for it.
    public let test: [Int32]

    /// 90 % training, 5 % validation, 5 % test.
    public static let fractions = Split.Fractions(validation: 0.05, test: 0.05)

    /// Splits a text at two borders, so that no part has seen what follows it, and takes characters and
    /// words from the training part alone.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - name: what it is called.
    ///   - choice: what the tokens are.
    ///   - fractions: the shares of the last characters; where a text of its own is given for a part, the
    ///     share of that part is best 0.
    ///   - validation: a text of its own to validate on.
    ///   - test: a text of its own to test on.
    /// - Throws: a `KalsaeError` for shares that leave nothing to train on, a text without two
    ///   different tokens, and a tokenizer's file that cannot be read.
    public init(
        _ text: String, name: String, tokens choice: TokenChoice = .characters,
        fractions: Split.Fractions = TextData.fractions, validation: String? = nil,
        test: String? = nil
    ) throws(KalsaeError) {
        let shares = [fractions.validation, fractions.test]
        guard shares.allSatisfy({ $0 >= 0 }), shares[0] + shares[1] < 1 else {
            throw KalsaeError(
                name, expected: "shares from 0 that leave some for training",
                got: "\(shares[0]) for validation and \(shares[1]) for the test")
        }
        let scalars = text.unicodeScalars
        let count = scalars.count
        let testCount = Int((Double(count) * shares[1]).rounded())
        let heldCount = testCount + Int((Double(count) * shares[0]).rounded())
        let first = scalars.index(scalars.startIndex, offsetBy: count - heldCount)
        let second = scalars.index(first, offsetBy: heldCount - testCount)
        let train = String(scalars[..<first])
        tokens = try TextTokens(choice, fitting: train, subject: name)
        self.name = name
        self.train = tokens.encode(train)
        self.validation = tokens.encode(String(scalars[first..<second]) + (validation ?? ""))
        self.test = tokens.encode(String(scalars[second...]) + (test ?? ""))
    }

    /// The text of a file, in UTF-8, packed by gzip or not.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - memory: the bytes that the data may take; without it three quarters of the machine's.
    ///   - validation: the path of a text of its own to validate on.
    ///   - test: the path of one to test on.
    /// - Throws: a `KalsaeError` where a file cannot be read, is no text, or is too large.
    public init(
        path: String, name: String? = nil, tokens: TokenChoice = .characters,
        fractions: Split.Fractions = TextData.fractions, validation: String? = nil,
        test: String? = nil, memory: Int? = nil
    ) throws(KalsaeError) {
        func read(_ path: String?) throws(KalsaeError) -> String? {
            guard let path else { return nil }
            return try Self.text(of: path, memory: memory)
        }
        try self.init(
            try Self.text(of: path, memory: memory), name: name ?? path, tokens: tokens,
            fractions: fractions, validation: try read(validation), test: try read(test))
    }

    /// Bytes that a byte of text takes on its way to numbers, measured with characters.
    private static let memoryPerByte = 24

    /// The text of a file.
    package static func text(
        of path: String, memory: Int? = nil
    ) throws(KalsaeError) -> String {
        let most = max((memory ?? ByteCount.mostData) / memoryPerByte, 1)
        var bytes = try FileBytes.read(path)
        if Gzip.isGzip(bytes) { bytes = try Gzip.decompress(bytes, subject: path) }
        guard bytes.count <= most else {
            throw KalsaeError(
                path,
                expected:
                    "a text of at most \(ByteCount.text(most)), for the memory that data may take",
                got: ByteCount.text(bytes.count), advice: "raise --memory, or give a part of it")
        }
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        if bytes.starts(with: mark) { bytes.removeFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw KalsaeError(
                path, expected: "text in UTF-8", got: "other bytes",
                advice: "convert it: iconv -f latin1 -t utf8 FILE")
        }
        guard !text.isEmpty else {
            throw KalsaeError(path, expected: "a text", got: "an empty file")
        }
        return text
    }

    /// What identifies the data, as in `1003854 + 55770 + 55770 tokens of 66, 3f90c1a2`: a training goes
    /// on only with what it began with.
    public var fingerprint: String {
        var sum: UInt32 = 0
        for part in [train, validation, test] {
            part.withUnsafeBytes { sum = Checksum.crc32($0, after: sum) }
        }
        let digits = String(sum, radix: 16)
        let zeros = String(repeating: "0", count: 8 - digits.count)
        return "\(train.count) + \(validation.count) + \(test.count) tokens of \(tokens.count), "
            + zeros + digits
    }
}
