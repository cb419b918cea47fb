import KalsaeSupport

/// Memory that a device owns and the host reads and writes only by copying.
public protocol DeviceMemory: AnyObject, Sendable {
    /// The device, as in `cuda:0`.
    var device: String { get }
    /// How many bytes there are.
    var byteCount: Int { get }

    /// Copies its first bytes to the host, after all that was started before and writes to it.
    func read(into bytes: UnsafeMutableRawBufferPointer) throws(KalsaeError)

    /// Copies bytes of the host over its first.
    func write(_ bytes: UnsafeRawBufferPointer) throws(KalsaeError)

    /// New memory of the same device with the same bytes.
    func copied() throws(KalsaeError) -> any DeviceMemory
}
