/// Places in one piece of memory for values that live at different times.
struct Arena {
    /// Something that needs memory from the first to the last instruction that touches it.
    struct Slot {
        var byteCount: Int
        var first: Int
        var last: Int
        var offset = 0
    }

    private(set) var slots: [Slot] = []
    private(set) var byteCount = 0

    mutating func add(byteCount: Int, first: Int, last: Int) -> Int {
        slots.append(Slot(byteCount: byteCount, first: first, last: last))
        return slots.count - 1
    }

    /// Makes a slot live longer, and larger if need be.
    mutating func extend(_ slot: Int, to last: Int, byteCount: Int = 0) {
        slots[slot].last = max(slots[slot].last, last)
        slots[slot].byteCount = max(slots[slot].byteCount, byteCount)
    }

    /// Places large slots first, each in the smallest gap among those that live with it.
    mutating func place() {
        let alignment = 64
        let order = slots.indices.sorted {
            (slots[$1].byteCount, $0) < (slots[$0].byteCount, $1)
        }
        var placed: [Int] = []
        for slot in order {
            let size = (slots[slot].byteCount + alignment - 1) & ~(alignment - 1)
            let rivals = placed.filter {
                slots[$0].first <= slots[slot].last && slots[slot].first <= slots[$0].last
            }.sorted { slots[$0].offset < slots[$1].offset }
            var best: (offset: Int, gap: Int)?
            var end = 0
            for rival in rivals {
                let gap = slots[rival].offset - end
                if gap >= size, gap < best?.gap ?? Int.max { best = (end, gap) }
                let bytes = (slots[rival].byteCount + alignment - 1) & ~(alignment - 1)
                end = max(end, slots[rival].offset + bytes)
            }
            slots[slot].offset = best?.offset ?? end
            byteCount = max(byteCount, slots[slot].offset + size)
            placed.append(slot)
        }
    }
}
