import KalsaeSupport

/// An array in the IDX format (MNIST's), plain or gzip.
///
/// Layout, all big-endian: two zero bytes, element type, number of sizes, the sizes as `UInt32`,
/// the elements row-major. Source: the format note on the MNIST page.
public struct IDX: Sendable, Equatable {
    /// An element type, by its code in the file.
    public enum ElementType: UInt8, Sendable, CaseIterable {
        /// Unsigned bytes.
        case uint8 = 0x08
        /// Signed bytes.
        case int8 = 0x09
        /// 16-bit integers.
        case int16 = 0x0b
        /// 32-bit integers.
        case int32 = 0x0c
        /// 32-bit floats.
        case float32 = 0x0d
        /// 64-bit floats.
        case float64 = 0x0e

        /// Bytes an element.
        public var size: Int {
            switch self {
            case .uint8, .int8: 1
            case .int16: 2
            case .int32, .float32: 4
            case .float64: 8
            }
        }
    }

    /// What each element is.
    public let type: ElementType
    /// The sizes, outermost first; at least one.
    public let shape: [Int]
    /// The elements, row-major, in this machine's byte order.
    public private(set) var bytes: [UInt8]

    /// The array in a file of at most `limit` bytes once inflated.
    public init(
        path: String, limit: Int = Gzip.defaultLimit
    ) throws(KalsaeError) {
        try self.init(FileBytes.read(path), subject: path, limit: limit)
    }

    /// The array in the bytes of a file; `subject` names it in errors.
    ///
    /// The header is checked before anything is inflated, and no more is inflated than it announces.
    public init(
        _ file: [UInt8], subject: String = "IDX data", limit: Int = Gzip.defaultLimit
    ) throws(KalsaeError) {
        let isGzip = Gzip.isGzip(file)
        let longest = 4 + 4 * 255
        let head =
            isGzip
            ? try Gzip.prefix(file, count: longest, subject: subject) : Array(file.prefix(longest))
        let header = try Header(head, subject: subject)
        guard header.fileLength <= limit else {
            throw KalsaeError(
                subject, expected: "at most \(limit) bytes",
                got: "\(header.fileLength), by the sizes \(header.shape) in the header")
        }
        var whole = file
        if isGzip {
            whole = try Gzip.decompress(file, subject: subject, limit: header.fileLength)
        }
        guard whole.count == header.fileLength else {
            throw KalsaeError(
                subject, expected: "\(header.fileLength) bytes for the sizes \(header.shape)",
                got: "\(whole.count)",
                advice: whole.count < header.fileLength ? "fetch the file again" : "")
        }
        whole.removeFirst(header.length)
        type = header.type
        shape = header.shape
        bytes = whole
        Self.swapToHost(&bytes, size: header.type.size)
    }

    private struct Header {
        let type: ElementType
        let shape: [Int]
        var length: Int { 4 + 4 * shape.count }
        let fileLength: Int

        init(_ head: [UInt8], subject: String) throws(KalsaeError) {
            guard head.count >= 4, head[0] == 0, head[1] == 0 else {
                let got = head.prefix(4).map { hexadecimal($0) }.joined(separator: " ")
                throw KalsaeError(
                    subject, expected: "an IDX file, which begins with 00 00",
                    got: head.isEmpty ? "an empty file" : got)
            }
            guard let type = ElementType(rawValue: head[2]) else {
                throw KalsaeError(
                    subject, expected: "an IDX element type (08, 09, 0b, 0c, 0d or 0e)",
                    got: hexadecimal(head[2]))
            }
            let rank = Int(head[3])
            guard rank > 0 else {
                throw KalsaeError(subject, expected: "at least one size", got: "none")
            }
            guard head.count >= 4 + 4 * rank else {
                throw KalsaeError(
                    subject, expected: "a header of \(4 + 4 * rank) bytes",
                    got: "an end after \(head.count)", advice: "fetch the file again")
            }
            var shape: [Int] = []
            var length = type.size
            var isTooLarge = false
            for axis in 0..<rank {
                let field = head[(4 + 4 * axis)..<(8 + 4 * axis)]
                let size = field.reduce(0) { $0 << 8 | Int($1) }
                shape.append(size)
                let (product, overflow) = length.multipliedReportingOverflow(by: size)
                isTooLarge = isTooLarge || overflow
                length = product
            }
            let (whole, overflow) = length.addingReportingOverflow(4 + 4 * rank)
            guard !isTooLarge, !overflow else {
                throw KalsaeError(
                    subject, expected: "sizes whose product fits in 63 bits", got: "\(shape)")
            }
            self.type = type
            self.shape = shape
            fileLength = whole
        }
    }

    private static func swapToHost(_ bytes: inout [UInt8], size: Int) {
        guard size > 1 else { return }
        bytes.withUnsafeMutableBufferPointer { buffer in
            var start = 0
            while start < buffer.count {
                for k in 0..<(size / 2) { buffer.swapAt(start + k, start + size - 1 - k) }
                start += size
            }
        }
    }
}

/// Two hexadecimal digits.
func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
}
