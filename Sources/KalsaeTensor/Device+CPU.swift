import KalsaeBackend
import KalsaeReference

extension Device {
    /// The processor of this machine.
    public static let cpu = Device(ReferenceBackend())
}
