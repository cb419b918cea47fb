import KalsaeFiles
import KalsaeSupport
import KalsaeTensor

/// The learning of a table at the end of an epoch: going on from it gives the same bits as not having
/// stopped.
///
/// ```swift
/// try learner.run(data, onState: { state in try state().save(to: "houses.state") })
/// // Later:
/// try learner.run(data, resuming: TableState(path: "houses.state"))
/// ```
public struct TableState: Sendable {
    /// One candidate that has begun.
    struct Candidate: Codable, Sendable, Equatable {
        var name: String
        /// The epochs that were trained, and whether there is none left.
        var epochs: Int, isOver: Bool
        /// The best epoch with its loss; nil where no loss was finite yet.
        var best: Int?, loss: Double?
    }

    /// Everything but the numbers.
    struct Progress: Codable, Sendable, Equatable {
        /// What the learning is of: rows, inputs, outputs, folds, seed, and the effort.
        var subject: [Int]
        var effort: String
        var candidates: [Candidate]
    }

    var progress: Progress
    /// Of candidate `i` the members of its best epoch as `i.members`, what they say of each row as
    /// `i.predictions`; of the last one what it goes on with as `i.models` and `i.optimizer`.
    var tensors: NamedTensors

    private static let key = "kalsae.table"
    private static let advice = "use a file that TableState.save wrote"

    init(_ progress: Progress, _ tensors: NamedTensors) {
        (self.progress, self.tensors) = (progress, tensors)
    }

    /// The epochs that were trained, of all candidates together.
    public var epochs: Int { progress.candidates.reduce(0) { $0 + $1.epochs } }

    /// Writes the file, whole or not at all.
    ///
    /// - Throws: a `KalsaeError` where the system refuses.
    public func save(to path: String) throws {
        let metadata = [Self.key: try SpecText.encode(progress)]
        try Weights.save(tensors, to: path, metadata: metadata, isChecked: true)
    }

    /// Reads a file that ``save(to:)`` wrote.
    ///
    /// - Throws: a `KalsaeError` where it is none; whether it is of the same learning is found where
    ///   the learner takes it.
    public init(path: String) throws {
        let file = try SafetensorsFile(path: path)
        guard let text = file.metadata[Self.key] else {
            throw KalsaeError(
                path, expected: "metadata \(Self.key)", got: "none", advice: Self.advice)
        }
        progress = try SpecText.decode(
            Progress.self, Array(text.utf8), subject: path, expected: "a table's progress",
            advice: Self.advice)
        try Weights.check(file, path)
        tensors = NamedTensors(
            entries: try file.entries.map {
                NamedTensors.Entry(name: $0.name, tensor: try Weights.tensor($0, of: file, path))
            })
    }

    /// The tensors under a name and a point, without both.
    func part(_ name: String) -> NamedTensors {
        NamedTensors(
            entries: tensors.entries.filter { $0.name.hasPrefix(name + ".") }.map {
                NamedTensors.Entry(
                    name: String($0.name.dropFirst(name.count + 1)), tensor: $0.tensor)
            })
    }
}

extension NamedTensors {
    /// The same under a name and a point.
    func under(_ name: String) -> [Entry] {
        entries.map { Entry(name: "\(name).\($0.name)", tensor: $0.tensor) }
    }
}
