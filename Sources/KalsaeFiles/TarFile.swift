import KalsaeSupport

/// The members of a tar archive (POSIX ustar): headers of 512 bytes, each with its file behind it.
package struct TarFile {
    /// A regular file of the archive.
    package struct Member {
        /// Its path inside.
        package let path: String
        /// Where its bytes are.
        package let range: Range<Int>
    }

    /// The regular files, in order.
    package let members: [Member]

    private static let blockSize = 512

    /// Finds the members; links, folders and extended headers are passed over.
    ///
    /// - Throws: a `KalsaeError` for a header whose checksum is wrong, and for a member that is cut.
    package init(_ bytes: [UInt8], subject: String) throws(KalsaeError) {
        var members: [Member] = []
        var position = 0
        while position < bytes.count {
            let header = bytes[position..<min(position + Self.blockSize, bytes.count)]
            if header.allSatisfy({ $0 == 0 }) { break }
            guard header.count == Self.blockSize else {
                throw KalsaeError(
                    subject,
                    expected: "a tar header of \(Self.blockSize) bytes at byte \(position)",
                    got: "an end after \(header.count)", advice: "fetch the file again")
            }
            func field(_ offset: Int, _ count: Int) -> ArraySlice<UInt8> {
                header[(position + offset)..<(position + offset + count)].prefix { $0 != 0 }
            }
            // The sum of the header, with blanks for the sum's own field.
            let sum = header.enumerated().reduce(0) {
                $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element))
            }
            guard let size = Self.octal(field(124, 12)), Self.octal(field(148, 8)) == sum else {
                throw KalsaeError(
                    subject, expected: "a tar header at byte \(position)", got: "other bytes",
                    advice: "fetch the file again")
            }
            let start = position + Self.blockSize
            guard size <= bytes.count - start else {
                throw KalsaeError(
                    subject, expected: "\(size) bytes of a member at byte \(start)",
                    got: "\(bytes.count - start)", advice: "fetch the file again")
            }
            let kind = header[position + 156]
            if kind == 0 || kind == UInt8(ascii: "0") {
                let name = String(decoding: field(0, 100), as: UTF8.self)
                let prefix = String(decoding: field(345, 155), as: UTF8.self)
                let isPOSIX = field(257, 5).elementsEqual("ustar".utf8)
                let path = isPOSIX && !prefix.isEmpty ? "\(prefix)/\(name)" : name
                members.append(Member(path: path, range: start..<(start + size)))
            }
            position = start + (size + Self.blockSize - 1) / Self.blockSize * Self.blockSize
        }
        self.members = members
    }

    private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 }
        guard digits.count <= 20, digits.allSatisfy({ (0x30...0x37).contains($0) }) else {
            return nil
        }
        return Int(String(decoding: digits, as: UTF8.self), radix: 8)
    }
}
