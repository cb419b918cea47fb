import KalsaeBackend
import KalsaeFiles
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Weights as safetensors files: every tensor of a model under its path.
public enum Weights {
    /// Writes a model's tensors, whole or not at all.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - path: the file.
    ///   - metadata: strings by name, for the file's `__metadata__`.
    public static func save<Model: TensorTree>(
        _ model: Model, to path: String, metadata: [String: String] = [:]
    ) throws {
        try save(model, to: path, metadata: metadata, isChecked: false)
    }

    private static let checksumKey = "kalsae.crc32"

    /// Throws where a file's numbers are not those of its checksum; one without is taken.
    static func check(_ file: SafetensorsFile, _ subject: String) throws(KalsaeError) {
        guard let wanted = file.metadata[checksumKey] else { return }
        var sum: UInt32 = 0
        for entry in file.entries.sorted(by: { $0.name < $1.name }) {
            file.withBytes(of: entry) { sum = Checksum.crc32($0, after: sum) }
        }
        guard "\(sum)" == wanted else {
            throw KalsaeError(
                subject, expected: "the numbers that were written",
                got: "others: the file is damaged",
                advice: "use another one")
        }
    }

    /// - Parameter isChecked: whether the file gets a checksum of its numbers.
    static func save<Model: TensorTree>(
        _ model: Model, to path: String, metadata: [String: String], isChecked: Bool
    ) throws {
        var metadata = metadata
        try model.evaluate()
        let tensors = model.tensors.map { (name: $0.path.name, tensor: $0.tensor) }
        if isChecked {
            var sum: UInt32 = 0
            for (_, tensor) in tensors.sorted(by: { $0.name < $1.name }) {
                try tensor.withBytes { sum = Checksum.crc32($0, after: sum) }
            }
            metadata[checksumKey] = "\(sum)"
        }
        let sources = tensors.map { name, tensor in
            Safetensors.TensorSource(
                name: name, type: Safetensors.ElementType(tensor.dtype), shape: tensor.shape.sizes,
                byteCount: tensor.byteCount, read: tensor.withBytes)
        }
        try Safetensors.write(sources, metadata: metadata, to: path)
    }

    /// The model with the tensors of a file; throws, and says all, where names or shapes differ.
    public static func load<Model: TensorTree>(
        _ path: String, into model: Model
    ) throws -> Model {
        try load(try SafetensorsFile(path: path), into: model, subject: path)
    }

    /// The model with the tensors of a file that was read.
    public static func load<Model: TensorTree>(
        _ file: SafetensorsFile, into model: Model, subject: String
    ) throws -> Model {
        let wanted = model.tensors
        let names = Set(wanted.map(\.path.name))
        let missing = wanted.map(\.path.name).filter { file.entry(named: $0) == nil }
        let unused = file.entries.map(\.name).filter { !names.contains($0) }
        let misshaped = wanted.compactMap { path, tensor -> String? in
            guard let entry = file.entry(named: path.name) else { return nil }
            return difference(entry, path, tensor)
        }
        guard missing.isEmpty, unused.isEmpty, misshaped.isEmpty else {
            var parts: [String] = []
            if !missing.isEmpty { parts.append("missing: \(listed(missing))") }
            if !unused.isEmpty { parts.append("unused: \(listed(unused))") }
            if !misshaped.isEmpty { parts.append("other shape: \(listed(misshaped))") }
            throw KalsaeError(
                subject, expected: "exactly the \(wanted.count) tensors of the model",
                got: parts.joined(separator: "; "),
                advice: "load it into the network that it was saved from")
        }
        return try model.mapTensors { (path, tensor) throws(KalsaeError) in
            guard let entry = file.entry(named: path.name) else { return tensor }
            return try self.tensor(entry, of: file, for: path, like: tensor)
        }
    }

    /// What shape and type a tensor of a file has where they are not those of the model's.
    static func difference(
        _ entry: SafetensorsFile.Entry, _ path: TensorPath, _ tensor: Tensor
    ) -> String? {
        let type = entry.type.dtype.map { TensorType($0, Shape(entry.shape)) }
        guard type != tensor.type else { return nil }
        return "\(path.name) \(entry.type.rawValue)\(Shape(entry.shape)) for \(tensor.type)"
    }

    /// A tensor of a file in the place of one of a model, of the same shape and type.
    static func tensor(
        _ entry: SafetensorsFile.Entry, of file: SafetensorsFile, for path: TensorPath,
        like tensor: Tensor
    ) throws(KalsaeError) -> Tensor {
        let buffer = try Buffer(byteCount: tensor.byteCount)
        try buffer.withMutableHostBytes { target in
            file.withBytes(of: entry) { target.copyMemory(from: $0) }
        }
        return Tensor(
            node: TensorNode(
                buffer, tensor.type, label: path.name, isParameter: tensor.node.isParameter))
    }

    /// A tensor of a file as it is.
    static func tensor(
        _ entry: SafetensorsFile.Entry, of file: SafetensorsFile, _ subject: String
    ) throws(KalsaeError) -> Tensor {
        guard let dtype = entry.type.dtype else {
            throw KalsaeError(
                subject, expected: "numbers of a type that Kalsae computes with",
                got: "\(entry.type.rawValue) for \(entry.name)")
        }
        let like = Tensor.zeros(Shape(entry.shape), dtype: dtype)
        if let fault = like.fault { throw fault.error }
        return try tensor(entry, of: file, for: TensorPath(entry.name), like: like)
    }

    static func listed(_ names: [String]) -> String {
        let shown = names.prefix(5).joined(separator: ", ")
        return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
    }
}

extension Tensor {
    var byteCount: Int { type.byteCount }

    /// Calls `body` with the bytes of a tensor that has values, copied where they lie on a device.
    func withBytes(
        _ body: (UnsafeRawBufferPointer) throws(KalsaeError) -> Void
    ) throws(KalsaeError) {
        guard let buffer = node.buffer else {
            throw KalsaeError(
                "tensor", expected: "values", got: "none", advice: "evaluate it first")
        }
        try buffer.withHostBytes { bytes throws(KalsaeError) in
            try body(UnsafeRawBufferPointer(rebasing: bytes.prefix(byteCount)))
        }
    }
}

extension TensorTree {
    /// The bytes of all tensors.
    var byteCount: Int { tensors.reduce(0) { $0 + $1.tensor.byteCount } }
}
