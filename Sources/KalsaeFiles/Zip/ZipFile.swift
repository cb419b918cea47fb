import CZlib
import KalsaeSupport

/// The members of a ZIP archive in memory: stored or deflated, ZIP64 too, checked sums.
///
/// Layout (PKWARE's APPNOTE 6.3): members, each behind a local header; the central directory, which
/// says where they are; the end record. Encrypted and spanned archives are refused, as are members
/// that overlap.
struct ZipFile: Sendable {
    /// One member.
    struct Entry: Sendable, Equatable {
        /// Its path in the archive.
        let name: String
        /// Where its data, as stored, lie in the archive.
        let range: Range<Int>
        /// Whether it is deflated; else stored.
        let isDeflated: Bool
        /// Bytes when extracted, as the directory says.
        let size: Int
        /// The CRC-32 of its bytes.
        let checksum: UInt32
    }

    /// The whole archive.
    let bytes: [UInt8]
    /// The members, as the directory lists them.
    let entries: [Entry]
    let subject: String

    /// Whether the bytes begin as an archive does.
    static func isZip(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x50, 0x4b, 3, 4]) || bytes.starts(with: [0x50, 0x4b, 5, 6])
    }

    /// Reads the directory of an archive; `subject` names it in errors.
    init(_ bytes: [UInt8], subject: String) throws(KalsaeError) {
        self.bytes = bytes
        self.subject = subject
        let directory = try ZipDirectory(bytes, subject: subject)
        var entries: [Entry] = []
        var seen: Set<String> = []
        for record in directory.records {
            guard seen.insert(record.name).inserted else {
                throw KalsaeError(
                    subject, expected: "each member once", got: "\"\(record.name)\" again")
            }
            entries.append(try record.entry(in: bytes, before: directory.start, subject: subject))
        }
        var end = 0
        for entry in entries.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            guard entry.range.lowerBound >= end else {
                throw KalsaeError(
                    subject, expected: "members one after another",
                    got: "an overlap at \"\(entry.name)\"")
            }
            end = entry.range.upperBound
        }
        self.entries = entries
    }

    /// The bytes of a member, at most `limit`; throws where they are corrupt or more than a bomb
    /// inflates to.
    func extract(_ entry: Entry, limit: Int) throws(KalsaeError) -> [UInt8] {
        let part = "\(subject), \(entry.name)"
        guard entry.size <= limit else {
            throw KalsaeError(part, expected: "at most \(limit) bytes", got: "\(entry.size)")
        }
        guard !Gzip.isBomb(entry.size, from: entry.range.count) else {
            throw Gzip.bomb(part, entry.size, from: entry.range.count)
        }
        let data =
            entry.isDeflated
            ? try inflate(entry, subject: part) : Array(bytes[entry.range])
        guard data.count == entry.size else {
            throw KalsaeError(part, expected: "\(entry.size) bytes", got: "\(data.count)")
        }
        guard data.withUnsafeBytes({ Checksum.crc32($0) }) == entry.checksum else {
            throw KalsaeError(
                part, expected: "the checksum \(String(entry.checksum, radix: 16))",
                got: "another", advice: "fetch the file again")
        }
        return data
    }

    /// No more is taken than the directory announces, and no memory before there is data for it.
    private func inflate(_ entry: Entry, subject: String) throws(KalsaeError) -> [UInt8] {
        let zlib = InflateStream(windowBits: InflateStream.raw)
        var output: [UInt8] = []
        var position = entry.range.lowerBound
        var code = zlib.isReady ? Z_OK : Z_MEM_ERROR
        while code == Z_OK {
            // One byte more than announced, so that too long data are seen.
            let space = min(entry.size + 1 - output.count, max(1 << 16, output.count), 1 << 30)
            guard space > 0 else { break }
            let given = min(entry.range.upperBound - position, 1 << 30)
            let next = bytes.withUnsafeBufferPointer { input in
                [UInt8](unsafeUninitializedCapacity: space) { buffer, made in
                    let stream = zlib.stream
                    stream.pointee.next_in = input.baseAddress.map {
                        UnsafeMutablePointer(mutating: $0 + position)
                    }
                    stream.pointee.avail_in = UInt32(given)
                    stream.pointee.next_out = buffer.baseAddress
                    stream.pointee.avail_out = UInt32(space)
                    code = CZlib.inflate(stream, Z_NO_FLUSH)
                    position += given - Int(stream.pointee.avail_in)
                    made = space - Int(stream.pointee.avail_out)
                }
            }
            output += next
        }
        guard code == Z_STREAM_END || output.count > entry.size else {
            let reason = zlib.stream.pointee.msg.map { String(cString: $0) }
            throw KalsaeError(
                subject, expected: "intact deflate data",
                got: reason ?? "an end after \(output.count) of \(entry.size) bytes",
                advice: "fetch the file again")
        }
        guard output.count <= entry.size, position == entry.range.upperBound else {
            throw KalsaeError(
                subject, expected: "deflate data of \(entry.size) bytes", got: "more")
        }
        return output
    }
}
