import Glibc
import KalsaeDistributed
import KalsaeSupport

/// Messages between ranks that are timed and whose contents are checked.
struct GroupExchange {
    let group: any ProcessGroup

    private static let (ring, there, back) = (1, 2, 3)

    /// Each rank sends to the next and receives from the one before, by sizes that MPI sends in
    /// different ways.
    func ring() throws(KalsaeError) {
        for byteCount in [0, 1, 1000, 100_000, 1 << 20] {
            let (next, previous) = (
                (group.rank + 1) % group.size, (group.rank + group.size - 1) % group.size
            )
            let own = Memory(byteCount, filledBy: group.rank)
            let other = Memory(byteCount)
            try group.wait(
                [
                    group.receive(into: other.bytes, from: previous, tag: Self.ring),
                    group.send(own.constant, to: next, tag: Self.ring),
                ], doing: "the ring of \(byteCount) bytes")
            try other.check(filledBy: previous, group)
        }
    }

    /// Sends a message to a rank, and a short one back, until a time is over; every rank calls it.
    ///
    /// - Returns: at rank 0 the seconds of one there and back, the median; 0 elsewhere.
    func roundTrip(
        to peer: Int, byteCount: Int, seconds: Double
    ) throws(KalsaeError) -> Double {
        let work = "the messages of \(byteCount) bytes to \(group.name(of: peer))"
        if group.rank == peer { try answer(byteCount, work) }
        var times: [Double] = []
        if group.rank == 0 {
            let memory = Memory(byteCount, filledBy: 0)
            let answer = Memory(8)
            let begin = Self.now()
            while true {
                // The last byte says whether it is the last message.
                let isLast = times.count >= 10 && Self.now() - begin > seconds
                memory.bytes[byteCount - 1] = isLast ? 1 : 0
                let before = Self.now()
                let receipt = try group.receive(into: answer.bytes, from: peer, tag: Self.back)
                try group.wait(
                    group.send(memory.constant, to: peer, tag: Self.there), doing: work)
                try group.wait(receipt, doing: work)
                times.append(Self.now() - before)
                if isLast { break }
            }
            try answer.check(filledBy: peer, group)
        }
        try group.barrier(doing: work)
        return times.isEmpty ? 0 : times.sorted()[times.count / 2]
    }

    private func answer(_ byteCount: Int, _ work: String) throws(KalsaeError) {
        let memory = Memory(byteCount)
        let answer = Memory(8, filledBy: group.rank)
        var isLast = false
        while !isLast {
            try group.wait(
                group.receive(into: memory.bytes, from: 0, tag: Self.there), doing: work)
            isLast = memory.bytes[byteCount - 1] == 1
            try group.wait(group.send(answer.constant, to: 0, tag: Self.back), doing: work)
        }
        memory.bytes[byteCount - 1] = Memory.byte(byteCount - 1, of: 0)
        try memory.check(filledBy: 0, group)
    }

    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// Bytes that tell who filled them.
private final class Memory {
    let bytes: UnsafeMutableRawBufferPointer

    init(_ byteCount: Int, filledBy rank: Int? = nil) {
        bytes = .allocate(byteCount: byteCount, alignment: 64)
        for index in 0..<byteCount { bytes[index] = rank.map { Self.byte(index, of: $0) } ?? 0 }
    }

    deinit { bytes.deallocate() }

    var constant: UnsafeRawBufferPointer { UnsafeRawBufferPointer(bytes) }

    static func byte(_ index: Int, of rank: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: (index &+ 251 &* rank &+ 1) &* 0x9E37_79B1 >> 16)
    }

    func check(filledBy rank: Int, _ group: any ProcessGroup) throws(KalsaeError) {
        for index in 0..<bytes.count where bytes[index] != Self.byte(index, of: rank) {
            throw KalsaeError(
                "mpi test",
                expected: "byte \(index) of \(bytes.count) from \(group.name(of: rank)) as "
                    + "\(Self.byte(index, of: rank))", got: "\(bytes[index])",
                advice: "messages do not arrive as they were sent: check MPI and the network")
        }
    }
}
