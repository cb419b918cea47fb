import FoundationEssentials
import KalsaeFiles
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A training in one file, so that no half of it can be older than the other: tensors as
/// safetensors, the progress in the file's metadata.
extension TrainingState {
    private static let progressKey = "kalsae.training"

    /// Writes the file, whole or not at all: the one that was there stays until the new one is on
    /// the disc.
    ///
    /// - Throws: a `KalsaeError` where the system refuses.
    public func save(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let text = String(decoding: try encoder.encode(progress), as: UTF8.self)
        try Weights.save(self, to: path, metadata: [Self.progressKey: text], isChecked: true)
    }

    /// Reads a file that ``save(to:)`` wrote.
    ///
    /// - Throws: a `KalsaeError` where it is none, or has numbers that no training can have; whether
    ///   it is one of the trainer's is found where the trainer takes it.
    public init(path: String) throws {
        let file = try SafetensorsFile(path: path)
        let advice = "use a file that TrainingState.save wrote"
        guard let text = file.metadata[Self.progressKey] else {
            throw KalsaeError(
                path, expected: "metadata \(Self.progressKey)", got: "none", advice: advice)
        }
        progress = try SpecText.decode(
            TrainingProgress.self, Array(text.utf8), subject: path,
            expected: "a training's progress", advice: advice)
        do { try progress.check() } catch { throw error.naming(path) }
        try Weights.check(file, path)
        var groups: [String: [NamedTensors.Entry]] = [:]
        for entry in file.entries {
            let parts = entry.name.split(separator: ".", maxSplits: 1)
            guard parts.count == 2, ["model", "optimizer", "best"].contains(parts[0]) else {
                throw KalsaeError(
                    path, expected: "tensors of model, optimizer and best", got: entry.name,
                    advice: advice)
            }
            let tensor = try Weights.tensor(entry, of: file, path)
            groups[String(parts[0]), default: []].append(
                NamedTensors.Entry(name: String(parts[1]), tensor: tensor))
        }
        model = NamedTensors(entries: groups["model"] ?? [])
        optimizer = NamedTensors(entries: groups["optimizer"] ?? [])
        best = groups["best"].map { NamedTensors(entries: $0) }
    }
}
