/// An order of tasks some of which became one, each behind all that any of it waits for; as near to the
/// old order as can be.
struct TaskOrder {
    /// The tasks that remain.
    private(set) var numbers: [Int] = []

    /// - Parameter owner: for each task the one that it became part of, itself where it remains.
    init(_ graph: TaskGraph, _ owner: [Int]) {
        var waiting = [Int](repeating: 0, count: owner.count)
        var followers = [Set<Int>](repeating: [], count: owner.count)
        for (number, next) in graph.followers.enumerated() {
            for follower in next where owner[follower] != owner[number] {
                if followers[owner[number]].insert(owner[follower]).inserted {
                    waiting[owner[follower]] += 1
                }
            }
        }
        var ready = MinimumHeap()
        for number in owner.indices where owner[number] == number && waiting[number] == 0 {
            ready.insert(number)
        }
        while let number = ready.removeSmallest() {
            numbers.append(number)
            for follower in followers[number] {
                waiting[follower] -= 1
                if waiting[follower] == 0 { ready.insert(follower) }
            }
        }
    }
}
