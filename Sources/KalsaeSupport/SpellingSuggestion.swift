/// The known name that a misspelled one probably means.
public enum SpellingSuggestion {
    /// The candidate nearest to `name`, at most a third of its letters (two for a short one) away,
    /// capitals not counted; nil when none is near.
    public static func of(_ name: String, in candidates: [String]) -> String? {
        let wanted = Array(name.lowercased())
        let reach = max(2, wanted.count / 3)
        let comparable = candidates.filter { abs($0.count - wanted.count) <= reach }
        let near = comparable.map { ($0, distance(wanted, Array($0.lowercased()))) }
        let best = near.min { $0.1 < $1.1 }
        guard let best, best.1 <= reach, best.1 < wanted.count else { return nil }
        return best.0
    }

    /// The question whether the nearest name was meant; empty where none is near.
    package static func advice(_ name: String, in candidates: [String]) -> String {
        of(name, in: candidates).map { "did you mean \"\($0)\"?" } ?? ""
    }

    /// Insertions, deletions, replacements and swaps of neighbors between the two.
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(row[j] + 1, last[j + 1] + 1)
                best = min(best, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
