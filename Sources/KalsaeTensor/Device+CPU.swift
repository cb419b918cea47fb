import KalsaeCPU

extension Device {
    /// The processor of this machine.
    public static let cpu = Device(CPUBackend())
}
