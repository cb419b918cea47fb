import Glibc
import KalsaeSupport

/// Amounts of memory in words, and what there is of it.
package enum ByteCount {
    private static let units: [(letter: Character, bytes: Int)] = [
        ("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30), ("T", 1 << 40),
    ]

    /// Three quarters of the memory of the machine, or of the process's control group.
    package static var mostData: Int { min(Memory.physical, controlGroup ?? .max) / 4 * 3 }

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

    /// The limit of the process's control group; nil where there is none.
    private static var controlGroup: Int? {
        guard let groups = try? FileBytes.read("/proc/self/cgroup", limit: 1 << 16) else {
            return nil
        }
        var files: [String] = []
        for line in String(decoding: groups, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let names = parts[1].split(separator: ",")
            for path in [String(parts[2]), ""] {
                if names.isEmpty { files.append("/sys/fs/cgroup\(path)/memory.max") }
                if names.contains("memory") {
                    files.append("/sys/fs/cgroup/memory\(path)/memory.limit_in_bytes")
                }
            }
        }
        return files.compactMap { file -> Int? in
            guard let bytes = try? FileBytes.read(file, limit: 1 << 10) else { return nil }
            return Int(String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self))
        }.min()
    }
}
