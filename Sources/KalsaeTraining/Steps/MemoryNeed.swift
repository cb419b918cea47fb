import KalsaeBackend
import KalsaeFiles
import KalsaeSupport
import KalsaeTensor

/// Memory that a training is going to take beside what its process holds already.
struct MemoryNeed {
    private(set) var parts: [(name: String, bytes: Int)] = []
    var total: Int { parts.reduce(0) { $0 + $1.bytes } }

    /// Less is neither looked for nor refused.
    static let fewestBytes = 1 << 20

    /// Takes a part in, where there is any of it.
    mutating func add(_ name: String, _ bytes: Int) {
        if bytes > 0 { parts.append((name, bytes)) }
    }

    /// Throws where the memory that is left does not do: the system would end the process on the way.
    func check() throws(KalsaeError) {
        guard total >= Self.fewestBytes,
            let left = Device.current.plans.backend.hostMemory(wanted: total), total > left
        else { return }
        let list = parts.map { "\($0.name) \(ByteCount.text($0.bytes))" }
        throw KalsaeError(
            "memory for training",
            expected: "to need at most the \(ByteCount.text(max(left, 0))) that are left of "
                + ByteCount.text(Memory.most),
            got: "\(ByteCount.text(total)) more (\(list.joined(separator: ", ")))",
            advice:
                "use a smaller network, an optimizer that remembers less (--optimizer sgd), a smaller "
                + "batch (--batch, --micro-batches), or allow more memory")
    }
}
