import KalsaeFiles

extension DataParts {
    /// What identifies the data, as in `712 + 89 + 90 rows of 10 numbers, 3f90c1a2`: a training goes on
    /// only with what it began with.
    public var fingerprint: String {
        var sum: UInt32 = 0
        for part in [train, validation, test] {
            switch part.features {
            case .floats(let values):
                values.withUnsafeBytes { sum = Checksum.crc32($0, after: sum) }
            case .bytes(let values): values.withUnsafeBytes { sum = Checksum.crc32($0, after: sum) }
            case .images(let rows):
                let layout = rows.layout.shape.map { UInt32(truncatingIfNeeded: $0) }
                (layout + rows.sources.map(\.checksum)).withUnsafeBytes {
                    sum = Checksum.crc32($0, after: sum)
                }
            }
            switch part.targets {
            case .classes(let values, _):
                values.withUnsafeBytes { sum = Checksum.crc32($0, after: sum) }
            case .values(let values, _):
                values.withUnsafeBytes { sum = Checksum.crc32($0, after: sum) }
            }
        }
        if let streamed {
            withUnsafeBytes(of: streamed.checksum) { sum = Checksum.crc32($0, after: sum) }
        }
        let rows = [trainCount, validation.count, test.count].map { "\($0)" }
            .joined(separator: " + ")
        let width = train.featureShape.reduce(1, *)
        let digits = String(sum, radix: 16)
        let zeros = String(repeating: "0", count: 8 - digits.count)
        return "\(rows) rows of \(width) numbers, \(zeros)\(digits)"
    }
}
