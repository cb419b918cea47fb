/// The use lists of storages: which tasks read each, kept up to date while tasks are joined.
struct UseLists {
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

    /// Notes that a task was joined with another, at that one's number.
    mutating func move(_ task: Int, to other: Int) { moved[task] = other }

    /// The numbers of the tasks that read a storage now, ascending.
    func numbers(_ storage: Int, in tasks: [PlannedTask?]) -> [Int] {
        var numbers: [Int] = []
        for reader in readers[storage] {
            let number = moved[reader] ?? reader
            let reads = tasks[number]?.reads.contains { $0.storage == storage } ?? false
            if reads { numbers.append(number) }
        }
        return Set(numbers).sorted()
    }

    /// Whether a task among some numbers writes an output over an input.
    func overwrites(_ input: Int, at numbers: ClosedRange<Int>) -> Bool {
        overwriters[input].map(numbers.contains) ?? false
    }
}
