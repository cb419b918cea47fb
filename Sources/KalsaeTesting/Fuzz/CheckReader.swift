import Glibc
import KalsaeSupport
import Testing

/// Tries a reader on files that were good once: whatever it meets, it returns, or throws a
/// `KalsaeError` of one line; it takes no more than its time and memory.
///
/// - Parameters:
///   - files: good files; the reader must take each.
///   - seed: of the mutations.
///   - count: how many damaged files; without it `KALSAE_FUZZ`.
///   - slowest: the most seconds that a file may take, a factor of ten above what is usual.
///   - areChecked: whether sums in the files let every damage be seen.
///   - memory: the most bytes by which the process may grow.
///   - reader: reads a file and checks what is promised of what it accepts.
public func checkReader(
    _ files: [[UInt8]], seed: UInt64, count: Int? = nil, slowest: Double = 10,
    areChecked: Bool = false, memory: Int = 2 << 30,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ reader: ([UInt8]) throws -> Void
) throws {
    for bytes in files { try reader(bytes) }
    let count = count ?? EnvironmentFlag.fuzz.integer
    let before = residentBytes()
    var most = before
    var mutator = Mutator(files, seed: seed)
    var refused = 0
    for number in 0..<count {
        let bytes = mutator.next()
        let start = ContinuousClock().now
        do {
            try reader(bytes)
        } catch let error as KalsaeError {
            refused += 1
            if error.description.contains("\n") {
                Issue.record("\(error) has several lines", sourceLocation: sourceLocation)
            }
        }
        let seconds = start.duration(to: ContinuousClock().now) / .seconds(1)
        if seconds > slowest {
            Issue.record(
                "file \(number) of seed \(seed) took \(seconds) s", sourceLocation: sourceLocation)
        }
        if number % 256 == 0 { most = max(most, residentBytes()) }
    }
    #expect(most - before <= memory, sourceLocation: sourceLocation)
    // Else the mutations would test nothing.
    guard count >= 100 else { return }
    #expect(refused > count / 50, sourceLocation: sourceLocation)
    #expect(refused < count || areChecked, sourceLocation: sourceLocation)
}

/// The process's memory that is in use.
private func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var text = [CChar](repeating: 0, count: 128)
    guard fgets(&text, 128, file) != nil else { return 0 }
    let line = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let fields = String(decoding: line, as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) : 0
}
