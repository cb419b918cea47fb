/// Whether groups wait for others, in an order that says no to most questions.
struct Reachability {
    private let rank: [Int]
    /// Whether the order still holds.
    private var isOrdered = true

    init(rank: [Int]) { self.rank = rank }

    mutating func note(_ first: Int, isBefore second: Int) {
        if rank[first] > rank[second] { isOrdered = false }
    }

    func reaches(_ targets: [Int], from start: Int, _ followers: [[Int]]) -> Bool {
        guard let end = targets.map({ rank[$0] }).max(), !isOrdered || end > rank[start] else {
            return false
        }
        let wanted = Set(targets)
        var seen: Set<Int> = [start]
        var stack = [start]
        while let group = stack.popLast() {
            for next in followers[group] where !isOrdered || rank[next] <= end {
                guard seen.insert(next).inserted else { continue }
                if wanted.contains(next) { return true }
                stack.append(next)
            }
        }
        return false
    }
}
