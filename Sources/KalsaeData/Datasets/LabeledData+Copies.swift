import KalsaeFiles

extension LabeledData {
    /// How many of the first `limit` rows are copies of one before: the same numbers and the same
    /// target, to the bit. Hashes of 64 bits stand for rows.
    public func copies(among limit: Int = 100_000) -> Int {
        let rows = min(count, limit)
        let width = featureShape.reduce(1, *)
        guard case .floats(let values) = features, rows > 1 else { return 0 }
        var seen = Set<UInt64>(minimumCapacity: rows)
        for row in 0..<rows {
            let own = values[(row * width)..<((row + 1) * width)]
            let hash = own.withUnsafeBytes { Checksum.fnv1a($0) }
            let target =
                switch targets {
                case .classes(let classes, _): UInt32(bitPattern: classes[row])
                case .values(let numbers, _): numbers[row].bitPattern
                }
            seen.insert(withUnsafeBytes(of: target) { Checksum.fnv1a($0, after: hash) })
        }
        return rows - seen.count
    }
}
