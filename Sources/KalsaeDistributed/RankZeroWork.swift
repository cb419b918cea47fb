import Foundation
import KalsaeSupport
import Synchronization

/// Work that rank 0 does while the other ranks wait: they ask now and then whether it is still there, and
/// a thread of its own answers.
public final class RankZeroWork: Sendable {
    private static let (question, answer) = (31_998, 31_999)
    private static let (busy, done): (UInt8, UInt8) = (0, 1)
    /// Microseconds between two looks for questions, and seconds between two questions.
    private static let (look, pause): (UInt32, Double) = (20_000, 0.5)

    private let group: any ProcessGroup
    private let isDone = Atomic(false)
    private let ended = DispatchSemaphore(value: 0)

    /// Begins to answer, on rank 0.
    public init(_ group: any ProcessGroup) {
        self.group = group
        let thread = Thread { [self] in serve() }
        thread.name = "answers of rank 0"
        thread.start()
    }

    /// Lets all others go on, once they have come to wait.
    ///
    /// - Parameter seconds: how long to wait for them; nil for ever.
    /// - Returns: whether all have come.
    public func end(within seconds: Double? = nil) -> Bool {
        isDone.store(true, ordering: .releasing)
        guard let seconds else {
            ended.wait()
            return true
        }
        return ended.wait(timeout: .now() + seconds) == .success
    }

    private func serve() {
        defer { ended.signal() }
        var left = group.size - 1
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 2, alignment: 16)
        defer { memory.deallocate() }
        while left > 0 {
            do {
                guard let asking = try group.probe(from: nil, tag: Self.question) else {
                    usleep(Self.look)
                    continue
                }
                let isDone = isDone.load(ordering: .acquiring)
                let (asked, answer) = (0..<1, 1..<2)
                memory[1] = isDone ? Self.done : Self.busy
                try group.wait(
                    group.receive(
                        into: UnsafeMutableRawBufferPointer(rebasing: memory[asked]),
                        from: asking.rank, tag: Self.question), doing: "the end")
                try group.wait(
                    group.send(
                        UnsafeRawBufferPointer(rebasing: memory[answer]), to: asking.rank,
                        tag: Self.answer), doing: "the end")
                if isDone { left -= 1 }
            } catch {
                // The group has ended, or is about to.
                return
            }
        }
    }

    /// Waits, on ranks above 0, until rank 0 is done.
    public static func wait(in group: any ProcessGroup) throws(KalsaeError) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 2, alignment: 16)
        memory[0] = busy
        memory[1] = busy
        while memory[1] == busy {
            try group.wait(
                [
                    group.send(
                        UnsafeRawBufferPointer(rebasing: memory[..<1]), to: 0, tag: question),
                    group.receive(
                        into: UnsafeMutableRawBufferPointer(rebasing: memory[1...]), from: 0,
                        tag: answer),
                ], doing: "what it does at the end")
            if memory[1] == busy { usleep(UInt32(1e6 * pause)) }
        }
        memory.deallocate()
    }
}
