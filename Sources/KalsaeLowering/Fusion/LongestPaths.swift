/// One path to each op from the ops that it reads, the longest there is: a quick yes for most
/// of the pairs that have a path between them.
struct LongestPaths {
    /// Each op with all whose path goes over it makes a range.
    private var starts: [Int]
    private var ends: [Int]

    init(ops: [LoweredOp], producers: [Int?]) {
        var parents = [Int](repeating: -1, count: ops.count)
        var depths = [Int](repeating: 0, count: ops.count)
        for (number, op) in ops.enumerated() {
            for operand in op.operands {
                guard let producer = producers[operand.storage],
                    depths[producer] >= depths[number]
                else { continue }
                depths[number] = depths[producer] + 1
                parents[number] = producer
            }
        }
        var sizes = [Int](repeating: 1, count: ops.count)
        for number in ops.indices.reversed() where parents[number] >= 0 {
            sizes[parents[number]] += sizes[number]
        }
        starts = [Int](repeating: 0, count: ops.count)
        ends = starts
        var free = starts
        var next = 0
        for number in ops.indices {
            if parents[number] < 0 {
                starts[number] = next
                next += sizes[number]
            } else {
                starts[number] = free[parents[number]]
                free[parents[number]] += sizes[number]
            }
            free[number] = starts[number] + 1
            ends[number] = starts[number] + sizes[number]
        }
    }

    /// Whether the longest path to a op goes over another.
    func leads(from first: Int, to last: Int) -> Bool {
        starts[first] <= starts[last] && starts[last] < ends[first]
    }
}
