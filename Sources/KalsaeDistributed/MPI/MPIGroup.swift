import CKalsaeMPI
import Glibc
import KalsaeSupport
import Synchronization

/// The processes that an MPI launcher started.
public final class MPIGroup: ProcessGroup {
    /// The number of this process.
    public let rank: Int
    /// How many processes there are.
    public let size: Int
    /// The host name of each rank.
    public let hosts: [String]
    /// The number of this process on its host.
    public let localRank: Int
    /// How many of the processes run on this host.
    public let localSize: Int
    /// The library that it speaks through.
    public let library: MPILibrary

    /// The part of this host's cores that is this process's.
    let share: CoreShare
    /// Whether it has ended; MPI is called by one thread at a time.
    private let hasEnded = Mutex(false)

    /// The most bytes of one message of MPI, whose counts are 32 bits; longer ones are several.
    static let longestPart = 1 << 28

    /// Begins MPI, which a process can do once; blocks until all have.
    init(_ library: MPILibrary) throws(KalsaeError) {
        let table = library.table
        func check(_ code: Int32, _ expected: String) throws(KalsaeError) {
            if code != 0 { throw Self.error(code, expected, table) }
        }
        var position = kalsae_mpi_position()
        try check(table.start(&position), "to begin")
        let size = Int(position.size)

        var code: Int32 = 0
        let host = MPILibrary.text { code = table.host($0, $1) }
        try check(code, "the name of this host")
        // A field for the host, one for the affinity mask.
        let (width, length) = (512, 1024)
        var own = [UInt8](repeating: 0, count: length)
        for (text, start) in [(host, 0), (Cores.affinity, width)] {
            own.replaceSubrange(
                start..<start + min(text.utf8.count, width), with: text.utf8.prefix(width))
        }
        var all = [UInt8](repeating: 0, count: length * size)
        try check(table.collect(own, Int32(length), &all), "the hosts of all ranks")
        let fields = stride(from: 0, to: all.count, by: width).map { start in
            String(decoding: all[start..<start + width].prefix { $0 != 0 }, as: UTF8.self)
        }

        self.library = library
        (rank, self.size) = (Int(position.rank), size)
        (localRank, localSize) = (Int(position.local_rank), Int(position.local_size))
        let hosts = (0..<size).map { fields[2 * $0] }
        self.hosts = hosts
        let rank = rank
        let neighbors = (0..<size).filter { hosts[$0] == hosts[rank] }
        share = CoreShare(
            of: neighbors.firstIndex(of: rank) ?? 0,
            masks: neighbors.map { fields[2 * $0 + 1] })
    }

    /// Starts to send bytes.
    public func send(
        _ bytes: UnsafeRawBufferPointer, to rank: Int, tag: Int
    ) throws(KalsaeError) -> any Message {
        try check(rank, tag)
        let message = MPIMessage(self, peer: rank, byteCount: bytes.count, isReceipt: false)
        let expected = { "to send \(bytes.count) bytes to \(self.name(of: rank))" }
        for part in 0..<message.partCount {
            let range = message.range(of: part)
            try call(expected()) { table in
                table.send(
                    bytes.baseAddress.map { $0 + range.lowerBound }, Int32(range.count),
                    Int32(rank), Int32(tag), message.request(part))
            }
        }
        return message
    }

    /// Starts to receive bytes.
    public func receive(
        into bytes: UnsafeMutableRawBufferPointer, from rank: Int, tag: Int
    ) throws(KalsaeError) -> any Message {
        try check(rank, tag)
        let message = MPIMessage(self, peer: rank, byteCount: bytes.count, isReceipt: true)
        let expected = { "to receive \(bytes.count) bytes from \(self.name(of: rank))" }
        for part in 0..<message.partCount {
            let range = message.range(of: part)
            try call(expected()) { table in
                table.receive(
                    bytes.baseAddress.map { $0 + range.lowerBound }, Int32(range.count),
                    Int32(rank), Int32(tag), message.request(part))
            }
        }
        return message
    }

    /// Looks for a message that nobody receives yet.
    public func probe(
        from rank: Int?, tag: Int
    ) throws(KalsaeError) -> (rank: Int, byteCount: Int)? {
        try check(rank ?? 0, tag)
        var (sender, found, count): (Int32, Int32, Int32) = (Int32(rank ?? -1), 0, 0)
        try call("to look for a message") { $0.probe(&sender, Int32(tag), &found, &count) }
        return found == 0 ? nil : (Int(sender), Int(count))
    }

    /// Ends all processes.
    public func abort(_ code: Int32) {
        hasEnded.withLock { hasEnded in
            if !hasEnded { _ = library.table.abort(code) }
        }
        _exit(code)
    }

    /// Waits for all and ends.
    public func finish() throws(KalsaeError) {
        guard !hasEnded.withLock({ $0 }) else { return }
        try barrier(doing: "the end")
        try call("to end") { $0.finish() }
        hasEnded.withLock { $0 = true }
    }

    /// Calls MPI.
    func call(
        _ expected: @autoclosure () -> String, _ body: (kalsae_mpi_v1) -> Int32
    ) throws(KalsaeError) {
        let table = library.table
        let code: Int32? = hasEnded.withLock { $0 ? nil : body(table) }
        guard let code else {
            throw KalsaeError("MPI", expected: expected(), got: "a group that has ended")
        }
        if code != 0 { throw Self.error(code, expected(), table) }
    }

    private static func error(
        _ code: Int32, _ expected: String, _ table: kalsae_mpi_v1
    ) -> KalsaeError {
        KalsaeError(
            "MPI", expected: expected, got: MPILibrary.text { table.describe(code, $0, $1) })
    }

    /// MPI itself may end the process for what these are.
    private func check(_ other: Int, _ tag: Int) throws(KalsaeError) {
        guard (0..<size).contains(other), (0..<1 << 15).contains(tag) else {
            throw KalsaeError(
                "MPI", expected: "a rank below \(size) and a tag below \(1 << 15)",
                got: "rank \(other) and tag \(tag)")
        }
    }
}
