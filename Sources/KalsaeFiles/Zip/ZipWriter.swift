import KalsaeSupport

/// Writes a ZIP archive, member by member; ZIP64 where sizes need it. Equal input gives equal bytes.
struct ZipWriter {
    /// Sizes from which on fields of 64 bits are written.
    private let wide: Int
    private var directory: [UInt8] = []
    private var count = 0
    private var offset = 0

    init(wideFrom wide: Int = 0xffff_ffff) { self.wide = wide }

    /// Gives `sink` the bytes of a member, which consists of `parts`.
    mutating func add(
        _ name: String, _ parts: [[UInt8]], isDeflated: Bool,
        to sink: ([UInt8]) throws(KalsaeError) -> Void
    ) throws(KalsaeError) {
        let size = parts.reduce(0) { $0 + $1.count }
        let checksum = parts.reduce(UInt32(0)) { sum, part in
            part.withUnsafeBytes { Checksum.crc32($0, after: sum) }
        }
        var stored = parts
        // zlib takes less than 2 GiB at once here; what is larger is stored.
        let isDeflated = isDeflated && size < 1 << 31
        if isDeflated {
            // A gzip member is a header of 10 bytes, the deflate data, checksum and size.
            let zipped = try Gzip.compress(parts.flatMap { $0 })
            stored = [Array(zipped[10..<(zipped.count - 8)])]
        }
        let storedSize = stored.reduce(0) { $0 + $1.count }
        let isWide = [size, storedSize].contains { $0 >= wide }
        let common =
            Self.bytes(isWide ? 45 : 20, 2) + Self.bytes(0x0800, 2)
            + Self.bytes(isDeflated ? 8 : 0, 2) + [0, 0, 0x21, 0] + Self.bytes(Int(checksum), 4)
            + Self.bytes(isWide ? 0xffff_ffff : storedSize, 4)
            + Self.bytes(isWide ? 0xffff_ffff : size, 4) + Self.bytes(name.utf8.count, 2)
        let sizes = isWide ? Self.bytes(size, 8) + Self.bytes(storedSize, 8) : []
        let extra = isWide ? Self.bytes(1, 2) + Self.bytes(16, 2) + sizes : []
        let head =
            Self.bytes(0x0403_4b50, 4) + common + Self.bytes(extra.count, 2) + Array(name.utf8)
            + extra
        try sink(head)
        for part in stored { try sink(part) }
        // Made by version 4.5 on Unix; no comment, disc 0, no attributes but rw-r--r--.
        let isFar = offset >= wide
        let fields = sizes + (isFar ? Self.bytes(offset, 8) : [])
        let own = fields.isEmpty ? [] : Self.bytes(1, 2) + Self.bytes(fields.count, 2) + fields
        directory += Self.bytes(0x0201_4b50, 4) + Self.bytes(0x032d, 2) + common
        directory += Self.bytes(own.count, 2) + Self.bytes(0, 6) + Self.bytes(0o100644 << 16, 4)
        directory += Self.bytes(isFar ? 0xffff_ffff : offset, 4) + Array(name.utf8) + own
        count += 1
        offset += head.count + storedSize
    }

    /// The central directory and the end record.
    func end() -> [UInt8] {
        var bytes = directory
        let isWide = count >= min(wide, 0xffff) || offset >= wide || directory.count >= wide
        if isWide {
            let record = offset + directory.count
            bytes += Self.bytes(0x0606_4b50, 4) + Self.bytes(44, 8) + Self.bytes(0x032d, 2)
            bytes += Self.bytes(45, 2) + Self.bytes(0, 8) + Self.bytes(count, 8)
            bytes += Self.bytes(count, 8) + Self.bytes(directory.count, 8)
            bytes += Self.bytes(offset, 8) + Self.bytes(0x0706_4b50, 4) + Self.bytes(0, 4)
            bytes += Self.bytes(record, 8) + Self.bytes(1, 4)
        }
        let number = Self.bytes(isWide ? 0xffff : count, 2)
        bytes += Self.bytes(0x0605_4b50, 4) + Self.bytes(0, 4) + number + number
        bytes += Self.bytes(isWide ? 0xffff_ffff : directory.count, 4)
        return bytes + Self.bytes(isWide ? 0xffff_ffff : offset, 4) + [0, 0]
    }

    private static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
