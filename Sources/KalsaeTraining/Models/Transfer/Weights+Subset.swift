import KalsaeFiles
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

extension Weights {
    /// What came of loading a part of a file.
    public struct SubsetReport: Sendable, Equatable, CustomStringConvertible {
        /// Tensors that were taken from the file.
        public var loaded: [String] = []
        /// Tensors of the model that were wanted and that the file does not have.
        public var missing: [String] = []
        /// Tensors that both have, with other shapes or types, each with both.
        public var misshaped: [String] = []
        /// Tensors of the file that were not used.
        public var unused: [String] = []

        /// The counts and names on one line.
        public var description: String {
            let parts = [("missing", missing), ("other shape", misshaped), ("not used", unused)]
            let left = parts.filter { !$0.1.isEmpty }
                .map { "; \($0.0): \(Weights.listed($0.1))" }
            return "loaded \(loaded.count) tensors" + left.joined()
        }
    }

    /// The model with those tensors of a file that fit, and what was left out.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - model: the model; what is not loaded stays as it is.
    ///   - patterns: the names to load, by default all.
    ///   - newName: from the name in the file to that in the model; nil leaves a tensor out.
    /// - Throws: a `KalsaeError` where nothing could be loaded. What was left out is also said
    ///   once as a notice.
    public static func loadSubset<Model: TensorTree>(
        _ path: String, into model: Model, matching patterns: [NamePattern] = ["*"],
        renaming newName: (String) -> String? = { $0 }
    ) throws -> (model: Model, report: SubsetReport) {
        let file = try SafetensorsFile(path: path)
        var entries: [String: SafetensorsFile.Entry] = [:]
        var report = SubsetReport()
        for entry in file.entries {
            if let name = newName(entry.name), patterns.matches(name) {
                guard entries.updateValue(entry, forKey: name) == nil else {
                    throw KalsaeError(
                        path, expected: "one tensor for each name", got: "two for \(name)",
                        advice: "look at the renaming")
                }
            } else {
                report.unused.append(entry.name)
            }
        }
        let loaded = try model.mapTensors { (path, tensor) throws(KalsaeError) in
            guard patterns.matches(path.name) else { return tensor }
            guard let entry = entries.removeValue(forKey: path.name) else {
                report.missing.append(path.name)
                return tensor
            }
            if let difference = difference(entry, path, tensor) {
                report.misshaped.append(difference)
                return tensor
            }
            report.loaded.append(path.name)
            return try self.tensor(entry, of: file, for: path, like: tensor)
        }
        let others = Set(entries.values.map(\.name))
        report.unused += file.entries.map(\.name).filter { others.contains($0) }
        guard !report.loaded.isEmpty else {
            throw KalsaeError(
                path, expected: "at least one tensor that fits the model", got: "\(report)")
        }
        if !(report.missing + report.misshaped + report.unused).isEmpty {
            Notice.say("\(path): \(report)")
        }
        return (loaded, report)
    }
}
