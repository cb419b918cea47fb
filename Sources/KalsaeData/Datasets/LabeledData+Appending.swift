import KalsaeSupport

extension LabeledData {
    /// These examples and then others of the same kind.
    ///
    /// Where only some have them, the others get weight 1, a group of their own each, and a time
    /// after all.
    ///
    /// - Throws: a `KalsaeError` where the others have other features or targets.
    package func appending(_ other: LabeledData) throws(KalsaeError) -> LabeledData {
        if other.count == 0 { return self }
        let features: Features? =
            switch (self.features, other.features) {
            case (.floats(let a), .floats(let b)): .floats(a + b)
            case (.bytes(let a), .bytes(let b)): .bytes(a + b)
            case (.images(let a), .images(let b)): try a.appending(b).map { .images($0) }
            default: nil
            }
        let targets: Targets? =
            switch (self.targets, other.targets) {
            case (.classes(let a, let names), .classes(let b, let others)) where names == others:
                .classes(a + b, names: names)
            case (.values(let a, let scale), .values(let b, let another)) where scale == another:
                .values(a + b, scale: scale)
            default: nil
            }
        guard let features, let targets, featureShape == other.featureShape else {
            throw KalsaeError(
                "LabeledData", expected: "examples of one kind", got: "examples of two")
        }
        return LabeledData(fitting: features, featureShape, targets).marked(
            weights: Self.joined(weights, other.weights, count, other.count) { _ in 1 },
            groups: Self.joined(groups, other.groups, count, other.count) { -1 - Int32($0) },
            times: Self.joined(times, other.times, count, other.count) { _ in .infinity })
    }

    /// What marks the rows of two parts; `other` gives what is missing for a row of both.
    private static func joined<Mark>(
        _ first: [Mark]?, _ second: [Mark]?, _ count: Int, _ secondCount: Int,
        other: (Int) -> Mark
    ) -> [Mark]? {
        guard first != nil || second != nil else { return nil }
        let rows = 0..<(count + secondCount)
        return (first ?? rows.prefix(count).map(other))
            + (second ?? rows.suffix(secondCount).map(other))
    }
}

extension DataParts {
    /// All rows to train on, none held out.
    package func joined() throws(KalsaeError) -> DataParts {
        let none = try train.rows([])
        return DataParts(
            name: name, train: try train.appending(validation).appending(test), validation: none,
            test: none, encoder: encoder, guesses: guesses)
    }
}
