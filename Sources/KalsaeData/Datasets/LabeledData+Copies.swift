extension LabeledData {
    /// How many of the first `limit` rows are copies of one before: the same numbers and the same
    /// target, to the bit. Hashes of 64 bits stand for rows.
    public func copies(among limit: Int = 100_000) -> Int {
        let rows = min(count, limit)
        let width = featureShape.reduce(1, *)
        guard case .floats(let values) = features, rows > 1 else { return 0 }
        var seen = Set<UInt64>(minimumCapacity: rows)
        for row in 0..<rows {
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            func mix(_ bits: UInt32) {
                hash = (hash ^ UInt64(bits)) &* 0x9e37_79b9_7f4a_7c15
                hash ^= hash >> 29
            }
            for value in values[(row * width)..<((row + 1) * width)] { mix(value.bitPattern) }
            switch targets {
            case .classes(let classes, _): mix(UInt32(bitPattern: classes[row]))
            case .values(let numbers, _): mix(numbers[row].bitPattern)
            }
            seen.insert(hash)
        }
        return rows - seen.count
    }
}
