import KalsaeGraph

/// Where each storage lies while a plan runs.
package enum Location: Equatable {
    case input(Int)
    case output(Int)
    case literal
    /// A slot of the arena.
    case slot(Int)
    /// Never stored: it stays in a loop's registers.
    case none
}

/// Gives every storage a location: outputs where they are asked for, donated ones over their inputs,
/// the rest in the arena by lifetime, where results take over operands that end with them.
package struct MemoryPlan {
    package private(set) var locations: [Location]
    package var arena = Arena()
    /// Outputs that are computed elsewhere and copied over a donated input at the end.
    package private(set) var lateCopies: [(storage: Int, input: Int)] = []

    private let storages: [Storage]

    init(
        tasks: [PlannedTask], storages: [Storage], outputs: [Int], donations: [Int?],
        refused: Set<Int>, faultPoints: FaultPoints
    ) {
        self.storages = storages
        locations = storages.map {
            switch $0.kind {
            case .input(let position): .input(position)
            case .literal: .literal
            case .computed: .none
            }
        }
        for (position, storage) in outputs.enumerated() { locations[storage] = .output(position) }
        var last = [Int](repeating: -1, count: storages.count)
        var writers = [Int?](repeating: nil, count: storages.count)
        for (number, task) in tasks.enumerated() {
            for view in task.reads { last[view.storage] = number }
            for storage in task.writes where writers[storage] == nil { writers[storage] = number }
        }
        for (position, storage) in outputs.enumerated() {
            guard position < donations.count, let input = donations[position] else { continue }
            let fits = writers[storage].map { number in
                number > faultPoints.last
                    && mayOverwrite(tasks[number], storage) { storages[$0].kind == .input(input) }
            }
            if !refused.contains(storage), fits == true {
                locations[storage] = .input(input)
            } else {
                locations[storage] = .none
                last[storage] = tasks.count
                lateCopies.append((storage, input))
            }
        }
        for (number, task) in tasks.enumerated() {
            for storage in task.writes where locations[storage] == .none {
                let end = max(last[storage], number)
                if let slot = inheritedSlot(task, storage, number, last) {
                    arena.extend(slot, to: end)
                    locations[storage] = .slot(slot)
                } else {
                    let bytes = storages[storage].byteCount
                    locations[storage] = .slot(
                        arena.add(byteCount: bytes, first: number, last: end))
                }
            }
        }
    }

    /// Whether a task may write a storage over others that it reads: only loops may, element by
    /// element, each at the index where it is read.
    private func mayOverwrite(
        _ task: PlannedTask, _ storage: Int, _ isOverwritten: (Int) -> Bool
    ) -> Bool {
        let overwritten = task.reads.filter { isOverwritten($0.storage) }
        if overwritten.isEmpty { return true }
        if !task.members.isEmpty {
            // Members run at the same time, and stages read again what stages in front of them read.
            let writers = task.members.filter { $0.writes.contains(storage) }
            let readers = task.members.filter { $0.reads.contains { isOverwritten($0.storage) } }
            return writers.count == 1 && readers.count <= 1
                && readers.allSatisfy { $0.writes.contains(storage) }
                && mayOverwrite(writers[0], storage, isOverwritten)
        }
        // A product reads all of its operands for each block.
        if case .epilogue(let op, _) = task.kind,
            op.operands.contains(where: { isOverwritten($0.storage) })
        {
            return false
        }
        guard let loop = task.kind.loop,
            loop.outputs.contains(where: { $0.storage == storage && $0.isElementwise })
        else { return false }
        // A value that goes out as it was read is read again at the end of each strip.
        let passed = loop.loads.filter { load, value in
            loop.outputs.contains { $0.value == value }
        }
        if passed.contains(where: { isOverwritten($0.load.storage) }) { return false }
        let size = storages[storage].dtype.byteSize
        return overwritten.allSatisfy { view in
            view.isDense && view.offset == 0 && view.shape.elementCount == loop.count
                && storages[view.storage].dtype.byteSize == size
        }
    }

    /// The slot of an operand that no later task reads and that this result may overwrite.
    private func inheritedSlot(
        _ task: PlannedTask, _ storage: Int, _ number: Int, _ last: [Int]
    ) -> Int? {
        // A member can only overwrite what it alone reads.
        let writer = task.members.first { $0.writes.contains(storage) }
        for view in writer?.reads ?? task.reads {
            guard case .slot(let slot) = locations[view.storage], arena.slots[slot].last == number,
                storages[view.storage].byteCount == storages[storage].byteCount
            else { continue }
            // Another result of this very task has taken it already.
            if task.writes.contains(where: { locations[$0] == .slot(slot) }) { continue }
            let fits = mayOverwrite(task, storage) { locations[$0] == .slot(slot) }
            if fits { return slot }
        }
        return nil
    }
}
