/// Fits a column of categories: one input for two, else one for each that is not rare.
enum CategoryFeature {
    /// The most categories that have an input of their own: 256, and of tables of many rows so many
    /// that a column is no more than 24 million numbers.
    static func mostInputs(of rows: Int) -> Int { max(16, min(256, 24_000_000 / max(1, rows))) }
    /// What the input of all rare categories is called.
    static let rareName = "(rare)"

    /// Rows below which a category is rare: two hundred times in the table, 2 to 10.
    static func fewestRows(of rows: Int) -> Int { max(2, min(10, rows / 200)) }

    /// The kinds of features of a column in training rows; nil where there is only one category
    /// and no row without it.
    static func fit(_ texts: Table.Texts, rows: [Int]) -> [FeatureEncoder.Kind]? {
        let counts = texts.counts(in: rows)
        let present = counts.reduce(0, +)
        let folding = CategoryFolding(texts.names, counts: counts)
        var countByName: [String: Int] = [:]
        for (name, count) in zip(folding.names, counts) where count > 0 {
            countByName[name, default: 0] += count
        }
        let hasMissing = present < rows.count
        guard countByName.count > 1 else {
            return countByName.isEmpty || !hasMissing ? nil : [.missing]
        }
        if countByName.count == 2 {
            let names = folding.sortedNames.filter { countByName[$0] != nil }
            let binary = FeatureEncoder.Kind.binary(low: names[0], high: names[1])
            return hasMissing ? [binary, .missing] : [binary]
        }
        let (kept, rare) = split(countByName, rows: rows.count)
        return [.categories(kept.sorted(by: CategoryFolding.isOrdered), hasRare: rare > 0)]
    }

    /// The categories that keep an input of their own, and how many do not.
    static func split(_ counts: [String: Int], rows: Int) -> (kept: [String], rare: Int) {
        let fewest = fewestRows(of: rows)
        let mostInputs = mostInputs(of: rows)
        let frequent = counts.filter { $0.value >= fewest }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key).prefix(mostInputs)
        let rare = counts.count - frequent.count
        // One alone is told from the others by its own input as well as by a common one.
        guard rare > 1, !frequent.isEmpty else {
            let all = counts.keys.sorted { (counts[$1] ?? 0, $0) < (counts[$0] ?? 0, $1) }
            return (Array(all.prefix(mostInputs)), max(0, all.count - mostInputs))
        }
        return (Array(frequent), rare)
    }
}
