import KalsaeFiles
import KalsaeSupport

extension FeatureEncoder {
    /// What became of a column.
    enum Outcome {
        case features([FeatureEncoder])
        /// Left out, for a reason to tell.
        case leftOut(String)
    }

    /// Fits a column on the training `rows` alone, as what it was taken for.
    static func fit(
        _ table: Table, as guess: ColumnGuess, rows: [Int], scaling: NumberScaling
    ) throws(KalsaeError) -> Outcome {
        let kinds: [Kind]
        switch guess.role {
        case .number: kinds = try numbers(table, guess, rows, scaling)
        case .category, .identifier, .group:
            kinds = CategoryFeature.fit(table.texts(of: guess.column), rows: rows) ?? []
        case .date: kinds = dates(table, guess, rows, scaling.limit)
        case .text:
            let isMissing = table.isMissing(in: guess.column, words: [])
            let gaps = rows.count { isMissing($0) }
            let hashing = Kind.text(TextHashing.fitting(rows: table.rowCount))
            kinds = gaps == rows.count ? [] : gaps > 0 ? [hashing, .missing] : [hashing]
        case .dropped, .target, .weight: return .leftOut(guess.reason)
        }
        guard !kinds.isEmpty else {
            return .leftOut("it is empty or constant in the training rows")
        }
        return .features(
            kinds.map {
                FeatureEncoder(
                    name: guess.name, column: guess.column, kind: $0,
                    missingWords: guess.missingWords)
            })
    }

    /// A number and, where some are missing, whether it is; only the latter for a constant.
    private static func numbers(
        _ table: Table, _ guess: ColumnGuess, _ rows: [Int], _ scaling: NumberScaling
    ) throws(KalsaeError) -> [Kind] {
        let numbers = try table.numbers(of: guess.column, missing: Set(guess.missingWords))
        var present: [Double] = []
        present.reserveCapacity(rows.count)
        for row in rows where !numbers[row].isNaN { present.append(numbers[row]) }
        switch scaling {
        case .standard:
            // Sums of sorted numbers do not depend on the order of the rows.
            let sorted = present.sorted()
            return Scale(of: sorted).map {
                [.number($0, fill: RobustScale.quantile(0.5, sorted))]
            } ?? []
        case .robust, .trending:
            let gaps: [Kind] = present.count < rows.count && !present.isEmpty ? [.missing] : []
            return (RobustScale(of: present, limit: scaling.limit).map { [.robust($0)] } ?? [])
                + gaps
        }
    }

    /// What varies of a date: the time that passed, its year, and its cycles.
    private static func dates(
        _ table: Table, _ guess: ColumnGuess, _ rows: [Int], _ limit: Double
    ) -> [Kind] {
        guard let order = guess.dateOrder else { return [] }
        let texts = table.texts(of: guess.column)
        let parsed = texts.names.map { DateText.parse($0, order) }
        let stamps = rows.compactMap { texts.codes[$0] < 0 ? nil : parsed[Int(texts.codes[$0])] }
        var kinds: [Kind] = []
        let inputs = DateInputs(stamps, order)
        for number in inputs.numbers {
            let values = stamps.map { number.value($0) }
            if let scale = RobustScale(of: values, limit: limit) {
                kinds.append(.dateNumber(number, order, scale))
            }
        }
        kinds += inputs.cycles.map { Kind.dateCycle($0, order) }
        if stamps.count < rows.count, !stamps.isEmpty { kinds.append(.missing) }
        return kinds
    }
}
