import KalsaeBackend
import KalsaeSupport

/// The device's copies of inputs that lie on the host and stay as they are, such as a set of data: made
/// once, not for each run.
///
/// Nobody writes to a buffer that is held here.
struct ResidentInputs {
    private var copies: [Int: (host: Buffer, copy: Buffer)] = [:]

    /// An input's buffer where the device reads it; what is rewritten stays on the host.
    mutating func buffer(
        for buffer: Buffer, at index: Int, on backend: any Backend
    ) throws(KalsaeError) -> Buffer {
        if buffer.isRewritten { return buffer }
        if let known = copies[index], known.host === buffer { return known.copy }
        let copy = try backend.resident(buffer)
        copies[index] = copy === buffer ? nil : (buffer, copy)
        return copy
    }
}
