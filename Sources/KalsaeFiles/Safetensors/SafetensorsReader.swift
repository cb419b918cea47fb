import KalsaeSupport

/// A safetensors file in memory, every claim of its header checked.
public struct SafetensorsFile: Sendable {
    /// One tensor of the file.
    public struct Entry: Sendable, Equatable {
        /// The tensor's name.
        public let name: String
        /// What each element is.
        public let type: Safetensors.ElementType
        /// The sizes; empty for a scalar.
        public let shape: [Int]
        /// Where its elements lie in `SafetensorsFile.bytes`; not always aligned.
        public let range: Range<Int>
    }

    /// The whole file.
    public let bytes: [UInt8]
    /// The tensors in the order of their data.
    public let entries: [Entry]
    /// The strings of `__metadata__`.
    public let metadata: [String: String]
    /// Where in `entries` each name is.
    private let indices: [String: Int]

    /// Reads the file at `path`.
    public init(path: String) throws(KalsaeError) {
        try self.init(FileBytes.read(path), subject: path)
    }

    /// Reads the bytes of a file; `subject` names it in errors.
    ///
    /// Throws when the header is not JSON as the format wants it, a name comes twice, an element
    /// type is unknown, a shape does not fill its range, or the ranges do not cover the data
    /// exactly, one after another.
    public init(_ bytes: [UInt8], subject: String = "safetensors data") throws(KalsaeError) {
        let headerEnd = try Self.headerEnd(bytes, subject: subject)
        let header = try JSONValue(parsing: Array(bytes[8..<headerEnd]), subject: subject)
        guard let members = header.members else {
            throw KalsaeError(
                subject, expected: "a header that is a JSON object", got: "another value")
        }
        var entries: [Entry] = []
        var metadata: [String: String] = [:]
        for member in members {
            if member.key == Safetensors.metadataKey {
                metadata = try Self.metadata(member.value, subject: subject)
            } else {
                let space = bytes.count - headerEnd
                entries.append(
                    try Self.entry(member, start: headerEnd, space: space, subject: subject))
            }
        }
        entries.sort { Self.isOrdered($0.range, $1.range) }
        var end = headerEnd
        for entry in entries {
            guard entry.range.lowerBound == end else {
                let kind = entry.range.lowerBound < end ? "an overlap" : "a hole"
                throw KalsaeError(
                    subject, expected: "tensors one after another",
                    got: "\(kind) before \(entry.name) at data byte "
                        + "\(entry.range.lowerBound - headerEnd)")
            }
            end = entry.range.upperBound
        }
        guard end == bytes.count else {
            throw KalsaeError(
                subject, expected: "\(end - headerEnd) bytes of data, by the header",
                got: "\(bytes.count - headerEnd)")
        }
        self.bytes = bytes
        self.entries = entries
        indices = Dictionary(
            entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.metadata = metadata
    }

    /// The tensor of that name, or nil.
    public func entry(named name: String) -> Entry? { indices[name].map { entries[$0] } }

    /// Calls `body` with the elements of `entry`, little-endian.
    public func withBytes<Result, Failure: Error>(
        of entry: Entry, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withUnsafeBufferPointer { buffer throws(Failure) in
            try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[entry.range]))
        }
    }

    private static func isOrdered(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        (left.lowerBound, left.upperBound) < (right.lowerBound, right.upperBound)
    }

    private static func headerEnd(
        _ bytes: [UInt8], subject: String
    ) throws(KalsaeError) -> Int {
        guard bytes.count >= 8 else {
            throw KalsaeError(
                subject, expected: "a safetensors file of at least 8 bytes", got: "\(bytes.count)")
        }
        let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(Safetensors.longestHeader) else {
            throw KalsaeError(
                subject, expected: "a header of at most \(Safetensors.longestHeader) bytes",
                got: "\(length)", advice: "check that this is a safetensors file")
        }
        let end = 8 + Int(length)
        guard end <= bytes.count else {
            throw KalsaeError(
                subject, expected: "a header of \(length) bytes",
                got: "an end after \(bytes.count - 8)", advice: "fetch the file again")
        }
        guard length > 0, bytes[8] == UInt8(ascii: "{") else {
            throw KalsaeError(
                subject, expected: "a header that begins with {",
                got: length > 0 ? hexadecimal(bytes[8]) : "none",
                advice: "check that this is a safetensors file")
        }
        return end
    }

    private static func metadata(
        _ value: JSONValue, subject: String
    ) throws(KalsaeError) -> [String: String] {
        guard let members = value.members else {
            throw KalsaeError(
                subject, expected: "__metadata__ to be an object", got: "another value")
        }
        var metadata: [String: String] = [:]
        for member in members {
            guard let text = member.value.string else {
                throw KalsaeError(
                    subject, expected: "strings in __metadata__",
                    got: "another value for \(JSONValue.string(member.key))")
            }
            metadata[member.key] = text
        }
        return metadata
    }

    private static func entry(
        _ member: JSONValue.Member, start: Int, space: Int, subject: String
    ) throws(KalsaeError) -> Entry {
        let name = JSONValue.string(member.key).text
        func fault(_ expected: String, _ got: String) -> KalsaeError {
            KalsaeError(subject, expected: "\(expected) for the tensor \(name)", got: got)
        }
        guard let fields = member.value.members, fields.count == 3 else {
            throw fault("dtype, shape and data_offsets", "something else")
        }
        guard let typeName = member.value["dtype"]?.string else {
            throw fault("a dtype", "none")
        }
        guard let type = Safetensors.ElementType(rawValue: typeName) else {
            let known = Safetensors.ElementType.allCases.map(\.rawValue).joined(separator: " ")
            throw fault("a known dtype (\(known))", JSONValue.string(typeName).text)
        }
        guard let shape = naturals(member.value["shape"]) else {
            throw fault("a shape of whole numbers", "\(member.value["shape"] ?? .null)")
        }
        guard let offsets = naturals(member.value["data_offsets"]), offsets.count == 2,
            offsets[0] <= offsets[1], offsets[1] <= space
        else {
            throw fault(
                "data_offsets [begin, end] within \(space) bytes of data",
                "\(member.value["data_offsets"] ?? .null)")
        }
        guard let count = Safetensors.byteCount(type, shape) else {
            throw fault("a size that fits in 63 bits", "the shape \(shape)")
        }
        guard count == offsets[1] - offsets[0] else {
            throw fault(
                "\(count) bytes of \(typeName) \(shape)", "\(offsets[1] - offsets[0])")
        }
        let range = (start + offsets[0])..<(start + offsets[1])
        return Entry(name: member.key, type: type, shape: shape, range: range)
    }

    private static func naturals(_ value: JSONValue?) -> [Int]? {
        guard let elements = value?.array else { return nil }
        let numbers = elements.compactMap { element in
            element.integer.flatMap { $0 < 0 ? nil : $0 }
        }
        return numbers.count == elements.count ? numbers : nil
    }
}
