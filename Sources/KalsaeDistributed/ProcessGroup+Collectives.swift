import KalsaeSupport

/// The tags of this module's own messages.
private enum OwnTag: Int {
    case barrier = 32_000
    case broadcast, gather
}

/// What all ranks do together, each in the same order and on one thread at a time.
///
/// Rank 0 is in the middle, so that it names the rank that is missing.
extension ProcessGroup {
    /// Waits for all ranks to come here.
    public func barrier(doing work: @autoclosure () -> String) throws(KalsaeError) {
        _ = try gather([], doing: work(), tag: .barrier)
        _ = try broadcast([], byteCount: 0, doing: work(), tag: .barrier)
    }

    /// The bytes of rank `root` on every rank.
    ///
    /// - Parameter bytes: what the root sends; of the others it counts for nothing.
    public func broadcast(
        _ bytes: [UInt8], from root: Int = 0, doing work: @autoclosure () -> String
    ) throws(KalsaeError) -> [UInt8] {
        guard size > 1 else { return bytes }
        let own = rank == root ? Self.bytes(of: bytes.count) : []
        let length = Self.number(
            in: try broadcast(own, from: root, byteCount: 8, doing: work(), tag: .broadcast))
        return try broadcast(
            rank == root ? bytes : [], from: root, byteCount: length, doing: work(),
            tag: .broadcast)
    }

    /// Fills memory of the same size on every rank with that of rank `root`.
    public func broadcast(
        _ memory: UnsafeMutableRawBufferPointer, from root: Int = 0,
        doing work: @autoclosure () -> String
    ) throws(KalsaeError) {
        try broadcast(memory, from: root, doing: work(), tag: .broadcast)
    }

    /// The bytes of all ranks, ordered by rank, at rank 0; none elsewhere.
    public func gather(
        _ bytes: [UInt8], doing work: @autoclosure () -> String
    ) throws(KalsaeError) -> [[UInt8]] {
        try gather(bytes, doing: work(), tag: .gather)
    }

    /// A number as eight bytes, the lowest first.
    private static func bytes(of number: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    private static func number(in bytes: [UInt8]) -> Int {
        bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}

extension ProcessGroup {
    private func gather(
        _ bytes: [UInt8], doing work: @autoclosure () -> String, tag: OwnTag
    ) throws(KalsaeError) -> [[UInt8]] {
        guard rank == 0 else {
            for part in [Self.bytes(of: bytes.count), bytes] {
                try send(part, to: 0, doing: work(), tag: tag)
            }
            return []
        }
        var all = [bytes]
        for other in 1..<max(size, 1) {
            let length = Self.number(
                in: try receive(8, from: other, doing: work(), tag: tag))
            all.append(try receive(length, from: other, doing: work(), tag: tag))
        }
        return all
    }

    private func broadcast(
        _ bytes: [UInt8], from root: Int = 0, byteCount: Int,
        doing work: @autoclosure () -> String, tag: OwnTag
    ) throws(KalsaeError) -> [UInt8] {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
        if rank == root { memory.copyBytes(from: bytes.prefix(byteCount)) }
        // After an error messages may still be on their way: then the memory stays.
        try broadcast(memory, from: root, doing: work(), tag: tag)
        defer { memory.deallocate() }
        return [UInt8](memory)
    }

    /// Along a binomial tree: in each round, who has the bytes sends them to a rank without.
    private func broadcast(
        _ memory: UnsafeMutableRawBufferPointer, from root: Int,
        doing work: @autoclosure () -> String, tag: OwnTag
    ) throws(KalsaeError) {
        let own = (rank - root + size) % size
        var distance = 1
        if own > 0 {
            while distance * 2 <= own { distance *= 2 }
            let sender = (own - distance + root) % size
            try wait(receive(into: memory, from: sender, tag: tag.rawValue), doing: work())
            distance *= 2
        }
        var sent: [any Message] = []
        while own + distance < size {
            let receiver = (own + distance + root) % size
            sent.append(try send(UnsafeRawBufferPointer(memory), to: receiver, tag: tag.rawValue))
            distance *= 2
        }
        try wait(sent, doing: work())
    }

    private func send(
        _ bytes: [UInt8], to other: Int, doing work: @autoclosure () -> String, tag: OwnTag
    ) throws(KalsaeError) {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: bytes.count, alignment: 16)
        memory.copyBytes(from: bytes)
        try wait(send(UnsafeRawBufferPointer(memory), to: other, tag: tag.rawValue), doing: work())
        memory.deallocate()
    }

    private func receive(
        _ byteCount: Int, from other: Int, doing work: @autoclosure () -> String, tag: OwnTag
    ) throws(KalsaeError) -> [UInt8] {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
        try wait(receive(into: memory, from: other, tag: tag.rawValue), doing: work())
        defer { memory.deallocate() }
        return [UInt8](memory)
    }
}
