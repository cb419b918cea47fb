import CKalsaeDrivers
import KalsaeSupport
import Synchronization

/// Pinned memory that host bytes go through on their way to a card: who writes waits for no work of the
/// card, but where all of the ring is still on its way.
final class PinnedRing: Sendable {
    // Touched under the lock alone.
    private struct State: @unchecked Sendable {
        var memory: UnsafeMutableRawPointer?
        /// For each segment the end of its copies, once it was left.
        var events: [kcu_handle] = []
        var isOnItsWay = [Bool](repeating: false, count: PinnedRing.segmentCount)
        var segment = 0
        var used = 0
    }

    private static let segmentCount = 4
    private static let segmentBytes = 1 << 20
    private static let alignment = 256

    private let library: CUDALibrary
    private nonisolated(unsafe) let stream: kcu_handle
    private let state = Mutex(State())

    /// A ring for a stream; its memory is taken with the first bytes.
    init(_ library: CUDALibrary, _ stream: kcu_handle) {
        self.library = library
        self.stream = stream
    }

    /// Gives the memory back; the stream's work is done then.
    func free() {
        state.withLock { state in
            _ = library.synchronize(stream)
            if let memory = state.memory { _ = library.freeHost(memory) }
            for event in state.events { _ = library.destroyEvent(event) }
            state = State()
        }
    }

    /// Copies bytes to the card in the stream's order; they may change when the call is over.
    func write(_ bytes: UnsafeRawBufferPointer, to address: kcu_memory) throws(KalsaeError) {
        let result = state.withLock { state in
            Result { () throws(KalsaeError) in
                var rest = bytes
                var target = address
                while !rest.isEmpty {
                    let piece = try space(for: rest.count, &state)
                    piece.copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: rest.prefix(piece.count)))
                    guard let start = piece.baseAddress else { return }
                    try library.check(
                        library.upload(target, start, piece.count, stream), "cuMemcpyHtoDAsync")
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
                    target += kcu_memory(piece.count)
                }
            }
        }
        try result.get()
    }

    /// Free memory of the ring: all that is wanted, or a segment.
    private func space(
        for wanted: Int, _ state: inout State
    ) throws(KalsaeError) -> UnsafeMutableRawBufferPointer {
        let memory = try memory(&state)
        let count = min(wanted, Self.segmentBytes)
        if Self.segmentBytes - state.used < count {
            try library.check(
                library.recordEvent(state.events[state.segment], stream), "cuEventRecord")
            state.isOnItsWay[state.segment] = true
            state.segment = (state.segment + 1) % Self.segmentCount
            state.used = 0
            if state.isOnItsWay[state.segment] {
                try library.check(
                    library.synchronizeEvent(state.events[state.segment]), "cuEventSynchronize")
                state.isOnItsWay[state.segment] = false
            }
        }
        let start = memory + state.segment * Self.segmentBytes + state.used
        state.used += (count + Self.alignment - 1) / Self.alignment * Self.alignment
        return UnsafeMutableRawBufferPointer(start: start, count: count)
    }

    private func memory(_ state: inout State) throws(KalsaeError) -> UnsafeMutableRawPointer {
        if let memory = state.memory { return memory }
        while state.events.count < Self.segmentCount {
            var event: kcu_handle?
            try library.check(
                library.createEvent(&event, UInt32(KCU_EVENT_DISABLE_TIMING)), "cuEventCreate")
            guard let event else {
                throw KalsaeError("cuEventCreate", expected: "an event", got: "none")
            }
            state.events.append(event)
        }
        var made: UnsafeMutableRawPointer?
        try library.check(
            library.allocateHost(&made, Self.segmentCount * Self.segmentBytes, 0), "cuMemHostAlloc")
        guard let memory = made else {
            throw KalsaeError("cuMemHostAlloc", expected: "memory", got: "none")
        }
        state.memory = memory
        return memory
    }
}
