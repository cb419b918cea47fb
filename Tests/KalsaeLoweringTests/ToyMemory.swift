import KalsaeBackend
import KalsaeGraph
import KalsaeSupport
import Synchronization

/// Memory of a device that does not exist: bytes that nobody reads without asking.
final class ToyMemory: DeviceMemory {
    let device = "toy"
    let byteCount: Int
    private let bytes: Mutex<[UInt8]>
    /// How often the host copied from or to any such memory.
    static let hostCopies = Atomic<Int>(0)

    init(byteCount: Int) {
        self.byteCount = byteCount
        bytes = Mutex([UInt8](repeating: 0xA5, count: byteCount))
    }

    func read(into target: UnsafeMutableRawBufferPointer) throws(KalsaeError) {
        ToyMemory.hostCopies.add(1, ordering: .relaxed)
        bytes.withLock { $0.withUnsafeBytes { target.copyMemory(from: $0) } }
    }

    func write(_ source: UnsafeRawBufferPointer) throws(KalsaeError) {
        ToyMemory.hostCopies.add(1, ordering: .relaxed)
        bytes.withLock { $0.withUnsafeMutableBytes { $0.copyMemory(from: source) } }
    }

    func copied() throws(KalsaeError) -> any DeviceMemory {
        let copy = ToyMemory(byteCount: byteCount)
        let values = bytes.withLock { $0 }
        copy.bytes.withLock { $0 = values }
        return copy
    }

    /// What kernels of the device do: one element at a time.
    func load(_ index: Int, _ dtype: DType) -> Double {
        bytes.withLock { bytes in
            bytes.withUnsafeBytes {
                switch dtype {
                case .float32: Double($0.loadUnaligned(fromByteOffset: 4 * index, as: Float.self))
                case .int32: Double($0.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self))
                case _: Double($0[index])
                }
            }
        }
    }

    func store(_ value: Double, _ index: Int, _ dtype: DType) {
        bytes.withLock { bytes in
            bytes.withUnsafeMutableBytes {
                switch dtype {
                case .float32:
                    $0.storeBytes(of: Float(value), toByteOffset: 4 * index, as: Float.self)
                case .int32:
                    $0.storeBytes(of: Int32(value), toByteOffset: 4 * index, as: Int32.self)
                case _: $0[index] = UInt8(value)
                }
            }
        }
    }
}
