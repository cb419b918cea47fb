import KalsaeData
import KalsaeSupport

extension LabeledData {
    /// These examples and then others of the same kind.
    ///
    /// - Throws: a `KalsaeError` where the others have other features or targets.
    func appending(_ other: LabeledData) throws(KalsaeError) -> LabeledData {
        if other.count == 0 { return self }
        let features: Features? =
            switch (self.features, other.features) {
            case (.floats(let a), .floats(let b)): .floats(a + b)
            case (.bytes(let a), .bytes(let b)): .bytes(a + b)
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
        return try LabeledData(
            features: features, featureShape: featureShape, targets: targets)
    }
}

extension DataParts {
    /// All rows to train on, none held out.
    func joined() throws(KalsaeError) -> DataParts {
        let none = try train.rows([])
        return DataParts(
            name: name, train: try train.appending(validation).appending(test), validation: none,
            test: none, encoder: encoder)
    }
}
