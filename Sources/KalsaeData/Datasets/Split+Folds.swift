import KalsaeSupport

/// What of rows decides how they are divided: one of each a row, where there are any.
struct RowTraits {
    /// How many rows there are.
    var count: Int
    var classes: [Int32]?
    var groups: [Int32]?
    var times: [Double]?

    /// Those of some of the rows.
    func rows(_ rows: [Int]) -> RowTraits {
        RowTraits(
            count: rows.count, classes: classes.map { all in rows.map { all[$0] } },
            groups: groups.map { all in rows.map { all[$0] } },
            times: times.map { all in rows.map { all[$0] } })
    }
}

extension LabeledData {
    /// What decides how the examples are divided.
    var traits: RowTraits {
        var classes: [Int32]?
        if case .classes(let own, _) = targets { classes = own }
        return RowTraits(count: count, classes: classes, groups: groups, times: times)
    }
}

extension Split {
    /// A split by time, by groups, by classes, or at random, by what there is of rows.
    init(_ rows: RowTraits, fractions: Fractions, seed: UInt64) throws(KalsaeError) {
        if let times = rows.times {
            try self.init(times: times, fractions: fractions)
        } else {
            try self.init(
                count: rows.count, classes: rows.classes, groups: rows.groups,
                fractions: fractions, seed: seed)
        }
    }

    /// Splits whose test parts together are all rows; what does not test is divided into training and
    /// validation in the same way.
    static func folds(
        _ count: Int, of rows: RowTraits, validation: Double, seed: UInt64
    ) throws(KalsaeError) -> [Split] {
        let folds =
            if let times = rows.times {
                try Folds(times: times, count: count)
            } else {
                try Folds(
                    rows: rows.count, count: count, classes: rows.classes, groups: rows.groups,
                    seed: seed)
            }
        var splits: [Split] = []
        for fold in folds.all {
            let inner = try Split(
                rows.rows(fold.train), fractions: Fractions(validation: validation, test: 0),
                seed: seed)
            splits.append(
                Split(
                    train: inner.train.map { fold.train[$0] },
                    validation: inner.validation.map { fold.train[$0] }, test: fold.test))
        }
        return splits
    }
}

extension DataParts {
    /// Splits of the training rows for cross-validation; see `PreparedTable.folds`.
    package func folds(
        _ count: Int, validation: Double, seed: UInt64
    ) throws(KalsaeError) -> [Split] {
        try Split.folds(count, of: train.traits, validation: validation, seed: seed)
    }

    /// The parts of a split of the training rows; numbers to predict are standardized by its training
    /// part alone.
    package func parts(_ split: Split) throws(KalsaeError) -> DataParts {
        var parts = DataParts(
            name: name, train: try train.rows(split.train),
            validation: try train.rows(split.validation), test: try train.rows(split.test))
        parts.split = split
        return try parts.rescaled(name)
    }
}
