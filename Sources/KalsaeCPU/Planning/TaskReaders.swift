/// Which tasks read each storage, while tasks are joined.
struct TaskReaders {
    private var readers: [[Int]]
    /// For tasks that became part of others, which.
    private var moved: [Int: Int] = [:]
    /// For each donated input's storage, the task that overwrites it.
    private var overwriters: [Int: Int] = [:]

    /// - Parameter donations: output storage to the storage of the input that it overwrites.
    init(_ tasks: [PlannedTask?], storages: Int, donations: [Int: Int]) {
        readers = [[Int]](repeating: [], count: storages)
        for (number, task) in tasks.enumerated() {
            for view in task?.reads ?? [] where readers[view.storage].last != number {
                readers[view.storage].append(number)
            }
            for storage in task?.writes ?? [] {
                if let input = donations[storage] { overwriters[input] = number }
            }
        }
    }

    /// Notes that a task was joined with another, at that one's place.
    mutating func move(_ task: Int, to other: Int) { moved[task] = other }

    /// The places of the tasks that read a storage now, ascending.
    func places(_ storage: Int, in tasks: [PlannedTask?]) -> [Int] {
        var places: [Int] = []
        for reader in readers[storage] {
            let place = moved[reader] ?? reader
            let reads = tasks[place]?.reads.contains { $0.storage == storage } ?? false
            if reads { places.append(place) }
        }
        return Set(places).sorted()
    }

    /// Whether a task at some of the places writes an output over an input.
    func overwrites(_ input: Int, at places: ClosedRange<Int>) -> Bool {
        overwriters[input].map(places.contains) ?? false
    }
}
