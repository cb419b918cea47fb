/// Which tasks wait for which others: for what they read, and, where a result overwrites an input, for
/// all that read the input's old value.
struct TaskGraph {
    private(set) var followers: [[Int]]
    private(set) var predecessors: [[Int]]

    /// - Parameters:
    ///   - tasks: in an order in which they could run.
    ///   - donations: output storage to the storage of the input that it overwrites.
    init(_ tasks: [PlannedTask], storages: Int, donations: [Int: Int]) {
        followers = [[Int]](repeating: [], count: tasks.count)
        predecessors = followers
        var writer = [Int?](repeating: nil, count: storages)
        var readers = [[Int]](repeating: [], count: storages)
        for (number, task) in tasks.enumerated() {
            for storage in task.writes { writer[storage] = number }
            for view in task.reads where readers[view.storage].last != number {
                readers[view.storage].append(number)
            }
        }
        var edges: Set<Edge> = []
        for (storage, readers) in readers.enumerated() {
            guard let writer = writer[storage] else { continue }
            for reader in readers where reader != writer { edges.insert(Edge(writer, reader)) }
        }
        let overwriters = Set(donations.keys.compactMap { writer[$0] })
        for (output, input) in donations {
            guard let writer = writer[output] else { continue }
            for reader in readers[input] where reader < writer {
                edges.insert(Edge(reader, writer))
            }
        }
        // What may end a run stays in order, and in front of what overwrites an input.
        var fallible: Int?
        for (number, task) in tasks.enumerated() {
            if let fallible, task.fallible != nil || overwriters.contains(number) {
                edges.insert(Edge(fallible, number))
            }
            if task.fallible != nil { fallible = number }
        }
        for edge in edges.sorted(by: { ($0.from, $0.to) < ($1.from, $1.to) }) {
            followers[edge.from].append(edge.to)
            predecessors[edge.to].append(edge.from)
        }
    }

    private struct Edge: Hashable {
        let from: Int, to: Int
        init(_ from: Int, _ to: Int) { (self.from, self.to) = (from, to) }
    }
}
