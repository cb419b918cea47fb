/// Builds CSV text (RFC 4180, LF line ends): cells are quoted where they must be.
public struct CSVWriter: Sendable {
    /// The text so far, as UTF-8.
    public private(set) var bytes: [UInt8] = []

    private let separator: UInt8

    /// An empty text; the separator is a comma by default.
    public init(separator: UInt8 = UInt8(ascii: ",")) {
        self.separator = separator
    }

    /// Appends one row.
    public mutating func append(_ row: [String]) {
        for (index, cell) in row.enumerated() {
            if index > 0 { bytes.append(separator) }
            let utf8 = cell.utf8
            // A lone empty cell would be a blank line, and a byte order mark would vanish.
            let isLone = utf8.isEmpty && row.count == 1
            let needsQuotes =
                isLone || utf8.first == 0x20 || utf8.last == 0x20 || utf8.starts(with: [0xef])
                || utf8.contains {
                    $0 == separator || $0 == 0x22 || $0 == 0x0a || $0 == 0x0d || $0 == 0x09
                }
            guard needsQuotes else {
                bytes += utf8
                continue
            }
            bytes.append(0x22)
            for byte in utf8 {
                if byte == 0x22 { bytes.append(0x22) }
                bytes.append(byte)
            }
            bytes.append(0x22)
        }
        bytes.append(0x0a)
    }
}
