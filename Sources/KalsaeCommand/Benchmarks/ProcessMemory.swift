import KalsaeFiles

/// Memory of this process.
enum ProcessMemory {
    /// The most bytes that were resident at once; 0 where the system does not tell.
    static var peak: Int {
        guard let bytes = try? FileBytes.read("/proc/self/status", limit: 1 << 20) else { return 0 }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        where line.hasPrefix("VmHWM:") {
            let digits = line.filter { ("0"..."9").contains($0) }
            return (Int(digits) ?? 0) * 1024
        }
        return 0
    }
}
