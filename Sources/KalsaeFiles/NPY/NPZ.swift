import KalsaeSupport

/// Arrays by name in NumPy's NPZ format: a ZIP archive of NPY files, stored or deflated.
public struct NPZ: Sendable {
    /// An array and its name.
    public struct Member: Sendable, Equatable {
        /// The name, without `.npy`.
        public let name: String
        /// The array.
        public let array: NPY

        /// An array to write under a name.
        public init(_ name: String, _ array: NPY) {
            self.name = name
            self.array = array
        }
    }

    /// The names of the arrays, in the order of the archive.
    public let names: [String]
    private let zip: ZipFile
    private let limit: Int

    /// Whether the bytes begin as an archive does.
    public static func isNPZ(_ bytes: [UInt8]) -> Bool { ZipFile.isZip(bytes) }

    /// The arrays in a file, each of at most `limit` bytes.
    public init(path: String, limit: Int = Gzip.defaultLimit) throws(KalsaeError) {
        try self.init(FileBytes.read(path), subject: path, limit: limit)
    }

    /// The arrays in the bytes of a file; `subject` names it in errors. Elements are read by `array`.
    ///
    /// Throws where it is no archive of NPY files.
    public init(
        _ bytes: [UInt8], subject: String = "NPZ data", limit: Int = Gzip.defaultLimit
    ) throws(KalsaeError) {
        zip = try ZipFile(bytes, subject: subject)
        self.limit = limit
        names = zip.entries.map(\.name).filter { $0.hasSuffix(Self.suffix) }
            .map { String($0.dropLast(Self.suffix.count)) }
        guard !names.isEmpty || zip.entries.isEmpty else {
            throw KalsaeError(
                subject, expected: "arrays, as NAME.npy",
                got: zip.entries.prefix(5).map { "\"\($0.name)\"" }.joined(separator: ", "))
        }
    }

    /// The array of that name; throws where there is none, and on damage.
    public func array(named name: String) throws(KalsaeError) -> NPY {
        guard let entry = zip.entries.first(where: { $0.name == name + Self.suffix }) else {
            throw KalsaeError(
                zip.subject, expected: "an array \"\(name)\"",
                got: names.isEmpty ? "none" : names.map { "\"\($0)\"" }.joined(separator: ", "))
        }
        return try NPY(
            zip.extract(entry, limit: limit), subject: "\(zip.subject), \(entry.name)")
    }

    /// Writes the arrays to `path`, whole or not at all; deflated where `isCompressed`.
    public static func write(
        _ members: [Member], isCompressed: Bool = false, to path: String
    ) throws(KalsaeError) {
        try AtomicFile.write(to: path) { writer throws(KalsaeError) in
            try write(members, isCompressed, subject: path) { bytes throws(KalsaeError) in
                try writer.write(bytes)
            }
        }
    }

    /// The bytes of a file with the arrays; see `write`.
    public static func encode(
        _ members: [Member], isCompressed: Bool = false
    ) throws(KalsaeError) -> [UInt8] {
        try encode(members, isCompressed: isCompressed, wideFrom: 0xffff_ffff)
    }

    /// The bytes of a file with ZIP64's fields for sizes from `wideFrom` on.
    package static func encode(
        _ members: [Member], isCompressed: Bool, wideFrom: Int
    ) throws(KalsaeError) -> [UInt8] {
        var file: [UInt8] = []
        try write(members, isCompressed, subject: "NPZ data", wideFrom: wideFrom) { file += $0 }
        return file
    }

    private static let suffix = ".npy"

    private static func write(
        _ members: [Member], _ isCompressed: Bool, subject: String, wideFrom: Int = 0xffff_ffff,
        to sink: ([UInt8]) throws(KalsaeError) -> Void
    ) throws(KalsaeError) {
        var zip = ZipWriter(wideFrom: wideFrom)
        var seen: Set<String> = []
        for member in members {
            let name = member.name + suffix
            guard seen.insert(name).inserted, name.utf8.count < 0xffff else {
                throw KalsaeError(
                    subject, expected: "each name once, of at most 65,530 bytes",
                    got: member.name)
            }
            let parts = [
                NPYHeader.bytes(member.array.type, member.array.shape), member.array.bytes,
            ]
            try zip.add(name, parts, isDeflated: isCompressed, to: sink)
        }
        try sink(zip.end())
    }
}
