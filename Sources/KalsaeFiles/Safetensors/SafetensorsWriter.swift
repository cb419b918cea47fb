import KalsaeSupport

extension Safetensors {
    /// A tensor to write.
    public struct Tensor: Sendable {
        /// Its name; any text but `__metadata__`.
        public let name: String
        /// What each element is.
        public let type: ElementType
        /// The sizes; empty for a scalar.
        public let shape: [Int]
        /// The elements, row-major, little-endian.
        public let bytes: [UInt8]

        /// A tensor to write; its bytes are checked against type and shape on writing.
        public init(name: String, type: ElementType, shape: [Int], bytes: [UInt8]) {
            self.name = name
            self.type = type
            self.shape = shape
            self.bytes = bytes
        }
    }

    /// Writes the tensors to `path`, whole or not at all.
    ///
    /// Order: descending alignment, then name; metadata by key; so equal input gives equal bytes.
    public static func write(
        _ tensors: [Tensor], metadata: [String: String] = [:], to path: String
    ) throws(KalsaeError) {
        try write(tensors.map(TensorSource.init), metadata: metadata, to: path)
    }

    /// The same for tensors whose bytes are read one tensor after the other.
    package static func write(
        _ sources: [TensorSource], metadata: [String: String] = [:], to path: String
    ) throws(KalsaeError) {
        let ordered = sorted(sources)
        let head = try header(ordered, metadata: metadata, subject: path)
        try AtomicFile.write(to: path) { writer throws(KalsaeError) in
            try writer.write(head)
            for source in ordered {
                try source.read { bytes throws(KalsaeError) in try writer.write(bytes) }
            }
        }
    }

    /// The bytes of a file with the tensors; see `write`.
    public static func encode(
        _ tensors: [Tensor], metadata: [String: String] = [:]
    ) throws(KalsaeError) -> [UInt8] {
        let ordered = sorted(tensors.map(TensorSource.init))
        var file = try header(ordered, metadata: metadata, subject: "safetensors data")
        for source in ordered { try source.read { file += $0 } }
        return file
    }

    private static func sorted(_ sources: [TensorSource]) -> [TensorSource] {
        sources.sorted { left, right in
            if left.type.size != right.type.size { return left.type.size > right.type.size }
            return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        }
    }

    /// The length field and the header, padded with spaces to a multiple of 8.
    private static func header(
        _ tensors: [TensorSource], metadata: [String: String], subject: String
    ) throws(KalsaeError) -> [UInt8] {
        var members: [JSONValue.Member] = []
        if !metadata.isEmpty {
            let keys = metadata.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            let strings = keys.map { JSONValue.Member($0, .string(metadata[$0] ?? "")) }
            members.append(JSONValue.Member(metadataKey, .object(strings)))
        }
        var seen: Set<String> = [metadataKey]
        var offset = 0
        for tensor in tensors {
            guard seen.insert(tensor.name).inserted else {
                throw KalsaeError(
                    subject, expected: "each name once, and not \(metadataKey)",
                    got: "\(tensor.name) again")
            }
            guard byteCount(tensor.type, tensor.shape) == tensor.byteCount else {
                throw KalsaeError(
                    subject,
                    expected: "the bytes of \(tensor.type.rawValue) \(tensor.shape)"
                        + " for \(tensor.name)",
                    got: "\(tensor.byteCount)")
            }
            let end = offset + tensor.byteCount
            let entry: JSONValue = [
                "dtype": .string(tensor.type.rawValue),
                "shape": .array(tensor.shape.map { .integer($0) }),
                "data_offsets": [.integer(offset), .integer(end)],
            ]
            members.append(JSONValue.Member(tensor.name, entry))
            offset = end
        }
        var json = JSONValue.object(members).bytes
        while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
        guard json.count <= longestHeader else {
            throw KalsaeError(
                subject, expected: "a header of at most \(longestHeader) bytes",
                got: "\(json.count)")
        }
        let length = (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) }
        return length + json
    }
}
