import KalsaeSupport

/// How much the rows of each class count in the loss, beside weights of their own.
public enum ClassWeights: Sendable, Equatable {
    /// All classes count alike together: each by W / (k · its own weight), W the weight of all rows
    /// and k the number of classes that have some.
    case balanced
    /// By name, above 0; 1 for classes that are not named.
    case named([String: Double])

    /// Reads `balanced`, or `NAME=2,OTHER=1`.
    ///
    /// - Throws: a `KalsaeError` for anything else, and for weights that are not above 0.
    public init(parsing text: String) throws(KalsaeError) {
        guard text != "balanced" else {
            self = .balanced
            return
        }
        var weights: [String: Double] = [:]
        var begun: String?
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let name = begun.map { "\($0),\(part)" } ?? String(part)
            begun = name
            // A comma before the mark belongs to the name.
            guard let mark = name.lastIndex(of: "=") else { continue }
            let label = String(name[..<mark])
            guard let weight = Double(name[mark...].dropFirst()), weight > 0,
                Float(weight).isFinite, !label.isEmpty, weights[label] == nil
            else { throw Self.misread(text) }
            weights[label] = weight
            begun = nil
        }
        guard begun == nil, !weights.isEmpty else { throw Self.misread(text) }
        self = .named(weights)
    }

    private static func misread(_ text: String) -> KalsaeError {
        KalsaeError(
            "class weights", expected: "balanced, or numbers above 0 as in NAME=2,OTHER=1",
            got: "\"\(text)\"")
    }

    /// The weight of each class, in the order of the data's classes; balanced by its rows.
    ///
    /// - Throws: a `KalsaeError` where numbers are predicted, and for names that no class has.
    public func values(for data: LabeledData) throws(KalsaeError) -> [Double] {
        var sums: [Double] = []
        if case .classes(let labels, let names) = data.targets {
            sums = [Double](repeating: 0, count: names.count)
            for (row, label) in labels.enumerated() {
                sums[Int(label)] += data.weights.map { Double($0[row]) } ?? 1
            }
        }
        return try values(for: data.targets, sums: sums)
    }

    /// The weight of each class, by the rows that are trained on.
    package func values(for data: DataParts) throws(KalsaeError) -> [Double] {
        guard let streamed = data.streamed else { return try values(for: data.train) }
        return try values(for: data.train.targets, sums: streamed.classSums)
    }

    private func values(
        for targets: LabeledData.Targets, sums: [Double]
    ) throws(KalsaeError) -> [Double] {
        guard case .classes(_, let names) = targets else {
            throw KalsaeError(
                "class weights", expected: "classes to predict", got: "numbers",
                advice: "weigh rows by a column instead")
        }
        switch self {
        case .balanced:
            let share = sums.reduce(0, +) / Double(max(sums.count { $0 > 0 }, 1))
            return sums.map { $0 > 0 ? share / $0 : 1 }
        case .named(let weights):
            if let stranger = weights.keys.sorted().first(where: { !names.contains($0) }) {
                let near = SpellingSuggestion.of(stranger, in: names)
                let shown = names.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
                throw KalsaeError(
                    "class weights", expected: "one of the classes \(shown)",
                    got: "\"\(stranger)\"", advice: near.map { "did you mean \"\($0)\"?" } ?? "")
            }
            return names.map { weights[$0] ?? 1 }
        }
    }
}

extension LabeledData {
    /// The rows with their weights multiplied by those of their classes.
    ///
    /// - Parameter weights: one a class; data of numbers stay what they are.
    public func weighted(byClass weights: [Double]) -> LabeledData {
        guard case .classes(let labels, let names) = targets, weights.count == names.count else {
            return self
        }
        let own = self.weights
        return marked(
            weights: labels.indices.map { row in
                Float(weights[Int(labels[row])] * (own.map { Double($0[row]) } ?? 1))
            }, groups: groups, times: times)
    }
}
