/// Spellings of a column that say the same, under one name each.
struct CategoryFolding {
    /// For each text of the column the name that it goes by.
    let names: [String]
    /// Whether the column says yes or no.
    let isBoolean: Bool
    /// Texts that go by another name than their own.
    let folded: [String]

    /// Folds texts that occur `counts` times each: the most frequent spelling names them all.
    init(_ texts: [String], counts: [Int]) {
        let used = texts.indices.filter { counts[$0] > 0 }
        let isBoolean = BooleanWords.areAll(used.map { texts[$0] })
        func key(_ text: String) -> String {
            guard isBoolean else { return CategoryKey.of(text) }
            return BooleanWords.value(of: text) == true ? "yes" : "no"
        }
        var best: [String: Int] = [:]
        for index in used {
            let key = key(texts[index])
            if let other = best[key], counts[other] >= counts[index] { continue }
            best[key] = index
        }
        var folded: [String] = []
        names = texts.indices.map { index in
            let name = best[key(texts[index])].map { texts[$0] } ?? texts[index]
            if counts[index] > 0, name != texts[index] { folded.append(texts[index]) }
            return name
        }
        self.isBoolean = isBoolean
        self.folded = folded
    }

    /// The names in their order: no before yes, otherwise as their bytes.
    var sortedNames: [String] {
        let distinct = Set(names)
        guard isBoolean else { return distinct.sorted(by: Self.isOrdered) }
        return distinct.sorted { left, _ in BooleanWords.value(of: left) == false }
    }

    static func isOrdered(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}

extension Table.Texts {
    /// How often each text occurs in `rows`.
    func counts(in rows: some Sequence<Int>) -> [Int] {
        var counts = [Int](repeating: 0, count: names.count)
        for row in rows where codes[row] >= 0 { counts[Int(codes[row])] += 1 }
        return counts
    }
}
