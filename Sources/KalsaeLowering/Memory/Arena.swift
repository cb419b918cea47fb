/// Offsets in one piece of memory for values that live at different times.
package struct Arena {
    /// Something that needs memory from the first to the last instruction that touches it.
    package struct Slot {
        package var byteCount: Int
        package var first: Int
        package var last: Int
        package var offset = 0

        /// The bytes up to where the next slot may begin.
        fileprivate var size: Int {
            (byteCount + Arena.alignment - 1) & ~(Arena.alignment - 1)
        }
    }

    private static let alignment = 64

    /// More slots are not compared with each other.
    private static let mostCompared = 8192

    package private(set) var slots: [Slot] = []
    package private(set) var byteCount = 0

    mutating func add(byteCount: Int, first: Int, last: Int) -> Int {
        slots.append(Slot(byteCount: byteCount, first: first, last: last))
        return slots.count - 1
    }

    /// Makes a slot live longer, and larger if need be.
    mutating func extend(_ slot: Int, to last: Int, byteCount: Int = 0) {
        slots[slot].last = max(slots[slot].last, last)
        slots[slot].byteCount = max(slots[slot].byteCount, byteCount)
    }

    /// Gives each slot an offset.
    mutating func allocate() {
        if slots.count <= Arena.mostCompared { allocateLargestFirst() } else { allocateInTurn() }
    }

    /// Allocates large slots first, each in the smallest gap among those that live with it.
    private mutating func allocateLargestFirst() {
        let order = slots.indices.sorted {
            (slots[$1].byteCount, $0) < (slots[$0].byteCount, $1)
        }
        // By offset.
        var allocated: [Slot] = []
        for number in order {
            var slot = slots[number]
            var best: (offset: Int, gap: Int)?
            var end = 0
            for rival in allocated where rival.first <= slot.last && slot.first <= rival.last {
                let gap = rival.offset - end
                if gap >= slot.size, gap < best?.gap ?? Int.max { best = (end, gap) }
                end = max(end, rival.offset + rival.size)
            }
            slot.offset = best?.offset ?? end
            slots[number] = slot
            byteCount = max(byteCount, slot.offset + slot.size)
            var (low, high) = (0, allocated.count)
            while low < high {
                let middle = (low + high) / 2
                if allocated[middle].offset < slot.offset {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            allocated.insert(slot, at: low)
        }
    }

    /// Allocates slots in the order in which they are needed, each over one of its size whose time is
    /// over: among so many most are of few sizes.
    private mutating func allocateInTurn() {
        let byFirst = slots.indices.sorted { (slots[$0].first, $0) < (slots[$1].first, $1) }
        let byLast = slots.indices.sorted { (slots[$0].last, $0) < (slots[$1].last, $1) }
        var free: [Int: [Int]] = [:]
        var ended = 0
        for number in byFirst {
            while slots[byLast[ended]].last < slots[number].first {
                let slot = slots[byLast[ended]]
                free[slot.size, default: []].append(slot.offset)
                ended += 1
            }
            let size = slots[number].size
            if let offset = free[size]?.popLast() {
                slots[number].offset = offset
            } else {
                slots[number].offset = byteCount
                byteCount += size
            }
        }
    }
}
