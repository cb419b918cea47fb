import KalsaeFiles
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A training in one file, so that no half of it can be older than the other: tensors as
/// safetensors, the progress in the file's metadata.
extension TrainingState {
    private static let progressKey = "kalsae.training"
    private static let goodKey = "kalsae.good"

    /// Writes the file, whole or not at all: the one that was there stays until the new one is on
    /// the disc.
    ///
    /// Of a history of more than 100 epochs the file has the newest 100 and a selection of the others.
    ///
    /// - Throws: a `KalsaeError` where the system refuses.
    public func save(to path: String) throws {
        var metadata = [Self.progressKey: try SpecText.encode(progress.thinned)]
        if !good.isEmpty {
            let records = good.map { GoodRecord($0, best: best) }
            metadata[Self.goodKey] = try SpecText.encode(records)
        }
        try Weights.save(StateFile(state: self), to: path, metadata: metadata, isChecked: true)
    }

    /// Reads a file that ``save(to:)`` wrote.
    ///
    /// - Throws: a `KalsaeError` where it is none, or has numbers that no training can have; whether
    ///   it is one of the trainer's is found where the trainer takes it.
    public init(path: String) throws {
        let file = try SafetensorsFile(path: path)
        guard let text = file.metadata[Self.progressKey] else {
            throw KalsaeError(
                path, expected: "metadata \(Self.progressKey)", got: "none", advice: Self.advice)
        }
        progress = try Self.decode(TrainingProgress.self, text, path)
        do { try progress.check() } catch { throw error.naming(path) }
        let records =
            try file.metadata[Self.goodKey].map { try Self.decode([GoodRecord].self, $0, path) }
            ?? []
        try Weights.check(file, path)
        let names = ["model", "optimizer", "best"]
        var groups: [String: [NamedTensors.Entry]] = [:]
        for entry in file.entries {
            // `model.NAME`, or `good0.model.NAME`.
            let isGood = entry.name.hasPrefix(StateFile.good)
            let parts = entry.name.split(separator: ".", maxSplits: isGood ? 2 : 1)
            let head = parts.dropLast().joined(separator: ".")
            guard parts.count == (isGood ? 3 : 2), names.contains(String(parts[parts.count - 2]))
            else {
                throw KalsaeError(
                    path, expected: "tensors of model, optimizer and best", got: entry.name,
                    advice: Self.advice)
            }
            let tensor = try Weights.tensor(entry, of: file, path)
            groups[head, default: []].append(
                NamedTensors.Entry(name: String(parts[parts.count - 1]), tensor: tensor))
        }
        func tensors(_ name: String) -> NamedTensors { NamedTensors(entries: groups[name] ?? []) }
        model = tensors("model")
        optimizer = tensors("optimizer")
        best = groups["best"].map { NamedTensors(entries: $0) }
        for (index, record) in records.enumerated() {
            let name = "\(StateFile.good)\(index)"
            var state = TrainingState(
                model: tensors("\(name).model"), optimizer: tensors("\(name).optimizer"),
                best: groups["\(name).best"].map { NamedTensors(entries: $0) },
                progress: record.progress)
            if record.hasSameBest { state.best = best }
            state.progress.restoreHistory(of: progress)
            do { try state.progress.check() } catch { throw error.naming(path) }
            good.append(state)
        }
    }

    private static let advice = "use a file that TrainingState.save wrote"

    private static func decode<Value: Decodable>(
        _ type: Value.Type, _ text: String, _ path: String
    ) throws -> Value {
        try SpecText.decode(
            type, Array(text.utf8), subject: path, expected: "a training's progress",
            advice: advice)
    }
}

/// All tensors of a state under their names in its file.
private struct StateFile: TensorTree {
    static let good = "good"

    var state: TrainingState

    mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        try state.forEachTensor(at: path, body)
        for index in state.good.indices {
            let own = path.appending("\(Self.good)\(index)")
            var good = state.good[index]
            if GoodRecord(good, best: state.best).hasSameBest { good.best = nil }
            try good.forEachTensor(at: own, body)
        }
    }
}

/// What a file has of a good state beside its tensors.
private struct GoodRecord: Codable {
    /// Its history is the beginning of the state's own, of which the last epoch is enough to know.
    var progress: TrainingProgress
    /// Whether the best model is that of the state itself.
    var hasSameBest: Bool

    init(_ good: TrainingState, best: NamedTensors?) {
        progress = good.progress
        let epochs = good.progress.fit?.history.epochs ?? []
        progress.fit?.history.epochs = epochs.suffix(1)
        hasSameBest = good.best.map { $0.isSame(as: best) } ?? false
    }
}

extension TrainingProgress {
    /// The progress with as much of its history as a file has.
    fileprivate var thinned: TrainingProgress {
        var progress = self
        if let fit { progress.fit?.history = fit.history.thinned(keeping: fit.best.epoch) }
        return progress
    }

    /// Completes a history, of which only the last epoch is there, from a later one.
    fileprivate mutating func restoreHistory(of later: TrainingProgress) {
        guard let last = fit?.history.epochs.last else { return }
        let before = later.fit?.history.epochs.filter { $0.epoch < last.epoch } ?? []
        fit?.history.epochs = before + [last]
    }
}

extension NamedTensors {
    /// Whether the tensors are the very same, not only equal ones.
    fileprivate func isSame(as other: NamedTensors?) -> Bool {
        guard let other, entries.count == other.entries.count else { return false }
        return zip(entries, other.entries).allSatisfy { one, two in
            guard one.name == two.name, let buffer = one.tensor.node.buffer else { return false }
            return buffer === two.tensor.node.buffer
        }
    }
}
