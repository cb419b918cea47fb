import CZlib

/// Checksums of bytes in memory.
public enum Checksum {
    /// FNV-1a of 64 bits, going on from that of what came before. Unlike a CRC it tells files apart
    /// that have CRCs of their own inside, as PNG has: those cancel.
    package static func fnv1a(
        _ bytes: UnsafeRawBufferPointer, after hash: UInt64 = 0xcbf2_9ce4_8422_2325
    ) -> UInt64 {
        bytes.reduce(hash) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

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
