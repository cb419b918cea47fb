import KalsaeSupport

/// The central directory of a ZIP archive.
struct ZipDirectory {
    /// What it says of a member.
    struct Record {
        let name: String
        let flags: Int
        let method: Int
        let checksum: UInt32
        let storedSize: Int
        let size: Int
        let offset: Int
    }

    let records: [Record]
    /// Where it begins, after the last member.
    let start: Int

    init(_ bytes: [UInt8], subject: String) throws(KalsaeError) {
        let fields = ZipFields(bytes, subject: subject)
        let end = try fields.endRecord()
        guard end.count <= (end.end - end.start) / 46 else {
            throw fields.broken("a directory of \(end.count) members")
        }
        var records: [Record] = []
        records.reserveCapacity(end.count)
        var position = end.start
        for _ in 0..<end.count {
            guard position + 46 <= end.end, fields.u32(position) == 0x0201_4b50 else {
                throw fields.broken("a directory of \(end.count) members")
            }
            let nameEnd = position + 46 + fields.u16(position + 28)
            let extraEnd = nameEnd + fields.u16(position + 30)
            let next = extraEnd + fields.u16(position + 32)
            guard next <= end.end else { throw fields.broken("a complete directory") }
            guard
                let name = String(validating: bytes[(position + 46)..<nameEnd], as: UTF8.self)
            else { throw fields.broken("names in UTF-8") }
            var sizes = [24, 20, 42].map { fields.u32(position + $0) }
            try fields.widen(&sizes, nameEnd..<extraEnd)
            records.append(
                Record(
                    name: name, flags: fields.u16(position + 8),
                    method: fields.u16(position + 10),
                    checksum: UInt32(fields.u32(position + 16)), storedSize: sizes[1],
                    size: sizes[0], offset: sizes[2]))
            position = next
        }
        guard position == end.end else {
            throw fields.broken("a directory of \(end.count) members")
        }
        self.records = records
        start = end.start
    }
}

extension ZipDirectory.Record {
    /// The member that the record stands for, its local header checked.
    func entry(
        in bytes: [UInt8], before end: Int, subject: String
    ) throws(KalsaeError) -> ZipFile.Entry {
        let fields = ZipFields(bytes, subject: "\(subject), \(name)")
        guard flags & 1 == 0 else { throw fields.fault("a member that is not encrypted", "one") }
        guard method == 0 || method == 8 else {
            throw fields.fault("a member stored or deflated", "the method \(method)")
        }
        guard offset <= end - 30, fields.u32(offset) == 0x0403_4b50 else {
            throw fields.broken("a local header")
        }
        let nameEnd = offset + 30 + fields.u16(offset + 26)
        let start = nameEnd + fields.u16(offset + 28)
        guard start <= end, storedSize <= end - start, method == 8 || storedSize == size else {
            throw fields.broken("a complete member")
        }
        guard bytes[(offset + 30)..<nameEnd].elementsEqual(name.utf8) else {
            throw fields.broken("one name in header and directory")
        }
        return ZipFile.Entry(
            name: name, range: start..<(start + storedSize), isDeflated: method == 8, size: size,
            checksum: checksum)
    }
}

/// Little-endian numbers of an archive, and its end record.
struct ZipFields {
    let bytes: [UInt8]
    let subject: String

    init(_ bytes: [UInt8], subject: String) {
        self.bytes = bytes
        self.subject = subject
    }

    func u16(_ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 }
    func u32(_ at: Int) -> Int { u16(at) | u16(at + 2) << 16 }

    /// Nil where it exceeds an `Int`.
    func u64(_ at: Int) -> Int? {
        let high = u32(at + 4)
        return high < 1 << 31 ? u32(at) | high << 32 : nil
    }

    func fault(_ expected: String, _ got: String) -> KalsaeError {
        KalsaeError(subject, expected: expected, got: got)
    }

    func broken(_ expected: String) -> KalsaeError {
        KalsaeError(
            subject, expected: "\(expected) in the zip archive", got: "something else",
            advice: "fetch the file again")
    }

    /// Where the directory lies and how many members it has.
    func endRecord() throws(KalsaeError) -> (start: Int, end: Int, count: Int) {
        let earliest = max(0, bytes.count - 22 - 0xffff)
        var at = bytes.count - 22
        // A comment of up to 65,535 bytes may follow; its length must fit.
        while at >= earliest, u32(at) != 0x0605_4b50 || at + 22 + u16(at + 20) != bytes.count {
            at -= 1
        }
        guard at >= earliest else {
            throw KalsaeError(
                subject, expected: "a zip archive with its end record", got: "none",
                advice: "fetch the file again")
        }
        guard u16(at + 4) == 0 || u16(at + 4) == 0xffff, u16(at + 8) == u16(at + 10) else {
            throw fault("a zip archive in one file", "one of several")
        }
        var (count, size, start, end) = (u16(at + 10), u32(at + 12), u32(at + 16), at)
        // Some writers add the wide record without need, and leave the fields as they are.
        if at >= 20, u32(at - 20) == 0x0706_4b50 {
            guard let record = u64(at - 12), record <= at - 20 - 56, u32(record) == 0x0606_4b50,
                let wideCount = u64(record + 32), let wideSize = u64(record + 40),
                let wideStart = u64(record + 48)
            else { throw broken("a ZIP64 end record") }
            (count, size, start, end) = (wideCount, wideSize, wideStart, record)
        }
        let (last, overflow) = start.addingReportingOverflow(size)
        guard !overflow, last == end else { throw broken("a directory before the end record") }
        return (start, last, count)
    }

    /// Replaces sizes of 32 ones by those of the ZIP64 extra field.
    func widen(_ sizes: inout [Int], _ extra: Range<Int>) throws(KalsaeError) {
        guard sizes.contains(0xffff_ffff) else { return }
        var at = extra.lowerBound
        while at + 4 <= extra.upperBound {
            let end = at + 4 + u16(at + 2)
            guard end <= extra.upperBound else { break }
            guard u16(at) == 1 else {
                at = end
                continue
            }
            at += 4
            for index in sizes.indices where sizes[index] == 0xffff_ffff {
                guard at + 8 <= end, let wide = u64(at) else {
                    throw broken("sizes of a ZIP64 member")
                }
                sizes[index] = wide
                at += 8
            }
            return
        }
        throw broken("sizes of a ZIP64 member")
    }
}
