import KalsaeSupport

/// Amounts of memory in words, and what there is of it.
package enum ByteCount {
    private static let units: [(letter: Character, bytes: Int)] = [
        ("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30), ("T", 1 << 40),
    ]

    /// Three quarters of the memory of the machine, or of the process's control group.
    package static var mostData: Int { Memory.limit / 4 * 3 }

    /// Reads `400M`, `2G` or a number of bytes; `option` is named in errors.
    package static func bytes(parsing text: String, option: String) throws(KalsaeError) -> Int {
        var digits = text.uppercased()
        for ending in ["IB", "B"] where digits.hasSuffix(ending) {
            digits.removeLast(ending.count)
            break
        }
        let unit = units.first { $0.letter == digits.last }
        if unit != nil { digits.removeLast() }
        guard let number = Double(digits), number > 0,
            number * Double(unit?.bytes ?? 1) < Double(Int.max)
        else {
            throw KalsaeError(
                option, expected: "an amount of memory, as 400M or 2G", got: "\"\(text)\"")
        }
        return Int(number * Double(unit?.bytes ?? 1))
    }

    /// The amount with three digits, as `5.02 GB`.
    package static func text(_ bytes: Int) -> String {
        let unit = units.last { bytes >= $0.bytes }
        guard let unit else { return "\(bytes) bytes" }
        let value = Double(bytes) / Double(unit.bytes)
        let digits = value < 9.995 ? 100.0 : value < 99.95 ? 10 : 1
        let rounded = (value * digits).rounded() / digits
        return "\(rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)") \(unit.letter)B"
    }
}
