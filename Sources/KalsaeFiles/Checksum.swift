import CZlib

/// Checksums of bytes in memory.
public enum Checksum {
    /// The CRC-32 of zlib and PNG, of bytes behind those of which one is known.
    public static func crc32(_ bytes: UnsafeRawBufferPointer, after sum: UInt32 = 0) -> UInt32 {
        var (sum, done) = (UInt(sum), 0)
        let base = bytes.bindMemory(to: UInt8.self).baseAddress
        while let base, done < bytes.count {
            let count = min(bytes.count - done, 1 << 30)
            sum = CZlib.crc32(sum, base + done, UInt32(count))
            done += count
        }
        return UInt32(truncatingIfNeeded: sum)
    }
}
