import KalsaeSupport

/// Rows into parts, the rows of a group never into two.
enum GroupAssignment {
    /// The part of each row, 0 to `shares.count - 1`.
    ///
    /// Groups go in order of their size, those of one size by seed, each into the part that lacks
    /// most of what the group has: Σ over its classes of rows · (wanted − given) / wanted. Every
    /// part with a share gets at least one group. Throws where there are fewer groups than parts.
    static func parts(
        groups: [Int32], classes: [Int32]?, shares: [Double], seed: UInt64
    ) throws(KalsaeError) -> [Int] {
        var numbers: [Int32: Int] = [:]
        let group = groups.map { name -> Int in
            let number = numbers[name] ?? numbers.count
            numbers[name] = number
            return number
        }
        let used = shares.indices.filter { shares[$0] > 0 }
        guard numbers.count >= used.count else {
            throw KalsaeError(
                "split", expected: "at least \(used.count) groups, one for each part",
                got: "\(numbers.count)", advice: "split without groups")
        }
        var members = [[Int: Int]](repeating: [:], count: numbers.count)
        var sizes = [Int](repeating: 0, count: numbers.count)
        var totals: [Int: Int] = [:]
        for row in groups.indices {
            let label = Int(classes?[row] ?? 0)
            members[group[row]][label, default: 0] += 1
            sizes[group[row]] += 1
            totals[label, default: 0] += 1
        }
        var generator = Philox(seed: seed, stream: RandomStream.split)
        var order = Array(sizes.indices)
        generator.shuffle(&order)
        let shuffled = order
        order = shuffled.indices.sorted { (sizes[shuffled[$1]], $0) < (sizes[shuffled[$0]], $1) }
            .map { shuffled[$0] }
        var given = [[Int: Int]](repeating: [:], count: shares.count)
        var filled = [Int](repeating: 0, count: shares.count)
        var partOfGroup = [Int](repeating: 0, count: sizes.count)
        for (step, number) in order.enumerated() {
            let empty = used.filter { filled[$0] == 0 }
            // The last groups are for parts that have none yet.
            let choices = sizes.count - step <= empty.count ? empty : used
            func lack(_ part: Int) -> Double {
                members[number].reduce(0) { sum, entry in
                    let wanted = shares[part] * Double(totals[entry.key] ?? 1)
                    let has = Double(given[part][entry.key] ?? 0)
                    return sum + Double(entry.value) * (wanted - has - Double(entry.value) / 2)
                        / wanted
                }
            }
            let best = choices.max { (lack($0), -$0) < (lack($1), -$1) } ?? 0
            partOfGroup[number] = best
            filled[best] += sizes[number]
            for (label, count) in members[number] { given[best][label, default: 0] += count }
        }
        return group.map { partOfGroup[$0] }
    }
}
