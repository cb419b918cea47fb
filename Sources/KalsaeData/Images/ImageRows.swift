import Dispatch
import Foundation
import KalsaeBackend
import KalsaeFiles
import KalsaeSupport
import Synchronization

/// Images of one size in memory, each decoded once: by threads ahead of who needs it, or by who
/// needs it first. Whose work it was changes no bit and no order.
///
/// The memory is that of one byte a number, or a file without a name where that would be too much.
public final class ImageRows: Sendable {
    /// The files, in the order of the rows.
    public let sources: [ImageSource]
    /// The size of each row.
    public let layout: ImageLayout
    /// How many threads decode ahead.
    public let workers: Int
    /// Where the rows are.
    let buffer: Buffer
    /// Each row is written by the one thread that has it.
    private nonisolated(unsafe) let memory: UnsafeMutableRawPointer
    private let isWhole = Atomic<Bool>(false)
    private let condition = NSCondition()
    /// Read and written with the condition locked.
    private nonisolated(unsafe) var state: State

    private struct State {
        /// For each row: 0 for nobody's, 1 for one that is being decoded, 2 for one that is there.
        var rows: [UInt8]
        var open: Int
        /// Which rows are decoded ahead, in that order, and how many of them were looked at.
        var order: [Int32] = []
        var next = 0
        var running = 0
        var errors: [Int: KalsaeError] = [:]
        var waited = 0.0
        var successor: ImageRows?
    }

    /// Rows that one takes at a time.
    private static let chunk = 8

    /// Prepares the memory; nothing is decoded.
    ///
    /// - Parameters:
    ///   - workers: threads that decode ahead; 0 for none.
    ///   - mostMemory: the bytes above which rows go to a file; without it half of the machine's.
    public init(
        _ sources: [ImageSource], layout: ImageLayout, workers: Int,
        mostMemory: Int = FileBytes.defaultLimit / 2
    ) throws(KalsaeError) {
        let (count, overflow) = sources.count.multipliedReportingOverflow(by: layout.count)
        guard !overflow, workers >= 0 else {
            throw KalsaeError(
                "images", expected: "a size that fits into memory, and workers from 0",
                got: "\(sources.count.counting("image")) of \(layout.shape), \(workers) workers")
        }
        buffer =
            count <= mostMemory
            ? try Buffer(byteCount: count)
            : try Buffer(byteCount: count, inFileUnder: DataFolders.scratch)
        memory = try buffer.hostPointer()
        (self.sources, self.layout, self.workers) = (sources, layout, workers)
        state = State(rows: [UInt8](repeating: 0, count: sources.count), open: sources.count)
    }

    /// Seconds for which somebody waited for rows, or decoded them because no worker had.
    public var secondsWaited: Double { locked { $0.waited } }

    /// How many rows are decoded.
    public var decodedCount: Int { locked { $0.rows.count { $0 == 2 } } }

    /// Lets the workers decode rows that are not there yet, in this order.
    package func prefetch(_ order: [Int32]) {
        guard workers > 0, !isWhole.load(ordering: .acquiring) else { return }
        let missing = locked { state -> Int in
            (state.order, state.next) = (order, 0)
            let missing = state.open == 0 ? 0 : workers - state.running
            state.running += missing
            return missing
        }
        for _ in 0..<missing {
            // Who no longer needs the rows need not wait for the workers.
            DispatchQueue.global(qos: .userInitiated).async { [weak self] in
                while let rows = self, rows.decodeSome() { continue }
                self?.successor?.prefetchAll()
            }
        }
    }

    /// Whose rows the workers decode behind these.
    var successor: ImageRows? {
        get { locked { $0.successor } }
        set { locked { $0.successor = newValue } }
    }

    /// Lets the workers decode all rows, unless they were told an order before.
    private func prefetchAll() {
        guard locked({ $0.order.isEmpty }) else { return }
        prefetch((0..<Int32(clamping: sources.count)).map { $0 })
    }

    /// Waits until rows are there, and takes part in decoding them.
    ///
    /// - Throws: the `KalsaeError` of a file that cannot be decoded.
    package func wait(for rows: some Sequence<Int32>) throws(KalsaeError) {
        guard !isWhole.load(ordering: .acquiring) else { return }
        let start = ContinuousClock().now
        var error: KalsaeError?
        for row in rows where error == nil { error = waited(for: Int(row)) }
        let seconds = start.duration(to: ContinuousClock().now) / .seconds(1)
        locked { $0.waited += seconds }
        if let error { throw error }
    }

    /// Waits until all rows are there.
    func waitForAll() throws(KalsaeError) {
        let all = (0..<Int32(clamping: sources.count)).map { $0 }
        prefetch(all)
        try wait(for: all)
    }

    /// The bytes of some rows, one behind the other.
    ///
    /// - Throws: a `KalsaeError` where there is no such row, and for a file that cannot be decoded.
    public func bytes(of rows: some Collection<Int>) throws(KalsaeError) -> [UInt8] {
        if let stray = rows.first(where: { !sources.indices.contains($0) }) {
            throw KalsaeError(
                "images", expected: "rows from 0 to \(sources.count - 1)", got: "\(stray)")
        }
        let numbers = rows.map { Int32(clamping: $0) }
        prefetch(numbers)
        try wait(for: numbers)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.count * layout.count)
        for row in rows {
            bytes += UnsafeRawBufferPointer(
                start: memory + row * layout.count, count: layout.count)
        }
        return bytes
    }

    private func locked<Result>(_ body: (inout State) -> Result) -> Result {
        condition.lock()
        defer { condition.unlock() }
        return body(&state)
    }

    /// Decodes the row, or waits for who does; its error where there is one.
    private func waited(for row: Int) -> KalsaeError? {
        condition.lock()
        while state.rows[row] == 1 { condition.wait() }
        let isThere = state.rows[row] == 2
        let error = state.errors[row]
        if !isThere { state.rows[row] = 1 }
        condition.unlock()
        guard !isThere else { return error }
        return decode([row]).first ?? nil
    }

    /// A worker's turn; false where there is nothing left to do.
    private func decodeSome() -> Bool {
        let rows = locked { state -> [Int] in
            var rows: [Int] = []
            while rows.count < Self.chunk, state.next < state.order.count {
                let row = Int(state.order[state.next])
                state.next += 1
                guard state.rows[row] == 0 else { continue }
                state.rows[row] = 1
                rows.append(row)
            }
            if rows.isEmpty { state.running -= 1 }
            return rows
        }
        decode(rows)
        return !rows.isEmpty
    }

    /// Decodes rows that are this thread's, and tells whoever waits.
    @discardableResult
    private func decode(_ rows: [Int]) -> [KalsaeError?] {
        rows.map { row in
            var error: KalsaeError?
            do throws(KalsaeError) {
                let image = layout.applied(to: try ImageFile.pixels(path: sources[row].path))
                image.bytes.withUnsafeBytes { bytes in
                    guard let base = bytes.baseAddress, bytes.count == layout.count else { return }
                    (memory + row * layout.count).copyMemory(
                        from: base, byteCount: bytes.count)
                }
            } catch let fault { error = fault }
            condition.lock()
            state.rows[row] = 2
            state.errors[row] = error
            state.open -= 1
            if state.open == 0, state.errors.isEmpty { isWhole.store(true, ordering: .releasing) }
            condition.broadcast()
            condition.unlock()
            return error
        }
    }
}

extension ImageRows: Equatable {
    /// Whether two have the same images in the same size.
    public static func == (left: ImageRows, right: ImageRows) -> Bool {
        left === right || (left.layout == right.layout && left.sources == right.sources)
    }
}
