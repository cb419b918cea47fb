/// The range of a column of numbers, and how many different ones it has.
struct NumberProfile {
    private(set) var count = 0
    private(set) var distinct = 0
    /// NaN where there is no number.
    private(set) var least = Double.nan
    private(set) var most = Double.nan

    init(_ numbers: [Double]) {
        var seen = NumberSet(capacity: min(numbers.count, 1 << 12))
        for number in numbers where !number.isNaN {
            count += 1
            if !(least <= number) { least = number }
            if !(most >= number) { most = number }
            seen.insert(number)
        }
        distinct = seen.count
    }
}

/// A set of numbers in an open hash table; −0 is 0.
struct NumberSet {
    private(set) var count = 0
    /// NaN where free.
    private var slots: [Double]
    /// What leaves as many upper bits of a hash as the table needs.
    private var shift: UInt64

    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = [Double](repeating: .nan, count: size)
        shift = UInt64(64 - size.trailingZeroBitCount)
    }

    mutating func insert(_ number: Double) {
        let free = slot(of: number)
        guard slots[free].isNaN else { return }
        slots[free] = number
        count += 1
        if count * 2 > slots.count { grow() }
    }

    private func slot(of number: Double) -> Int {
        // The upper bits depend on all of the number's; whole numbers have their lower ones 0.
        let hash = (number + 0).bitPattern &* 0x9e37_79b9_7f4a_7c15
        var slot = Int(truncatingIfNeeded: (hash ^ hash >> 29) >> shift) & (slots.count - 1)
        while !slots[slot].isNaN, slots[slot] != number { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }

    private mutating func grow() {
        let old = slots
        slots = [Double](repeating: .nan, count: old.count * 2)
        shift -= 1
        for number in old where !number.isNaN { slots[slot(of: number)] = number }
    }
}
