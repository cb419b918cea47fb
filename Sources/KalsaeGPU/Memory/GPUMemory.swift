import KalsaeBackend
import KalsaeSupport

/// The memory of a tensor on an accelerator; goes back to its pool with its last user.
final class GPUMemory: DeviceMemory {
    let byteCount: Int
    let memory: any DriverMemory
    let pool: MemoryPool

    init(byteCount: Int, _ pool: MemoryPool) throws(KalsaeError) {
        memory = try pool.allocate(byteCount: byteCount)
        self.byteCount = byteCount
        self.pool = pool
    }

    deinit { pool.release(memory, byteCount: byteCount) }

    var device: String { pool.driver.info.device }

    func read(into bytes: UnsafeMutableRawBufferPointer) throws(KalsaeError) {
        guard bytes.count > 0 else { return }
        try pool.driver.read(memory, into: bytes)
        Counters.record { $0.deviceCopies += 1 }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(KalsaeError) {
        guard bytes.count > 0 else { return }
        try pool.driver.write(bytes, to: memory)
        Counters.record { $0.deviceCopies += 1 }
    }

    func copied() throws(KalsaeError) -> any DeviceMemory {
        let copy = try GPUMemory(byteCount: byteCount, pool)
        if byteCount > 0 {
            try pool.driver.copy(memory, to: copy.memory, at: 0, byteCount: byteCount)
        }
        return copy
    }
}
