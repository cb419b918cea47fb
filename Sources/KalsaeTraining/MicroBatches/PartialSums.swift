import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// The sums of micro-batches that one process has so far, each a vector of numbers: the nodes of
/// ``SumTree``, joined as soon as their neighbor is there.
package final class PartialSums {
    /// The numbers of a sum.
    package let count: Int
    /// `float32` or `float64`.
    let dtype: DType
    /// The nodes, in order, and where their numbers are.
    package private(set) var nodes: [SumTree.Node] = []
    package private(set) var buffers: [Buffer] = []
    private var free: [Buffer]

    /// - Parameter first: where the numbers of the first node are, so that a sum of all is there.
    package init(count: Int, _ dtype: DType, first: Buffer) {
        (self.count, self.dtype) = (count, dtype)
        free = [first]
        self.first = first
    }

    private let first: Buffer
    /// Whether what is being added joins the last node, and how many nodes then become one.
    private var isJoined = false
    private var merges = 0

    /// Begins anew.
    package func removeAll() {
        free += buffers
        // The last of the free ones is the first to be taken.
        free.removeAll { $0 === first }
        free.append(first)
        nodes.removeAll(keepingCapacity: true)
        buffers.removeAll(keepingCapacity: true)
    }

    /// Adds what a micro-batch gave, parts that lie one behind the other.
    package func add(
        _ index: Int, parts: [(offset: Int, bytes: UnsafeRawBufferPointer)]
    ) throws(KalsaeError) {
        try begin(index)
        for part in parts { try add(part.bytes, at: part.offset) }
        end()
    }

    /// Begins to add what a micro-batch gives, part by part.
    package func begin(_ index: Int) throws(KalsaeError) {
        let node = SumTree.Node(start: index, level: 0)
        isJoined = nodes.last.map { $0.pairs(with: node) } ?? false
        merges = SumTree.push(node, on: &nodes) - (isJoined ? 1 : 0)
        guard !isJoined else { return }
        if let last = free.popLast() {
            buffers.append(last)
        } else {
            buffers.append(try Buffer(byteCount: count * dtype.byteSize))
        }
    }

    /// Adds a part, whose sums then are complete in all nodes.
    package func add(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(KalsaeError) {
        guard let source = bytes.baseAddress, let last = buffers.last else { return }
        let start = offset * dtype.byteSize
        var memory = try last.hostPointer() + start
        if isJoined {
            // Added where its neighbor is, without a copy.
            Self.add(bytes, to: memory, dtype)
        } else {
            memory.copyMemory(from: source, byteCount: bytes.count)
        }
        for merge in 0..<merges {
            let into = try buffers[buffers.count - 2 - merge].hostPointer() + start
            Self.add(UnsafeRawBufferPointer(start: memory, count: bytes.count), to: into, dtype)
            memory = into
        }
    }

    /// Ends adding, once all parts were added.
    package func end() {
        for _ in 0..<merges { free.append(buffers.removeLast()) }
        merges = 0
    }

    /// Where the nodes will be once the last micro-batch is added.
    package func pointers() throws(KalsaeError) -> [UnsafeMutableRawPointer] {
        var pointers: [UnsafeMutableRawPointer] = []
        for buffer in buffers.dropLast(merges) { pointers.append(try buffer.hostPointer()) }
        return pointers
    }

    /// Adds all nodes to the first, in the tree's order: they must be all micro-batches.
    package func join() throws(KalsaeError) {
        while buffers.count > 1 { try joinLast() }
        nodes.removeSubrange(min(1, nodes.count)...)
    }

    private func joinLast() throws(KalsaeError) {
        let last = buffers.removeLast()
        let bytes = UnsafeRawBufferPointer(
            start: try last.hostPointer(), count: count * dtype.byteSize)
        Self.add(bytes, to: try buffers[buffers.count - 1].hostPointer(), dtype)
        free.append(last)
    }

    /// Adds numbers to others of the same type.
    static func add(
        _ bytes: UnsafeRawBufferPointer, to memory: UnsafeMutableRawPointer, _ dtype: DType
    ) {
        guard let source = bytes.baseAddress else { return }
        let count = bytes.count / dtype.byteSize
        if dtype == .float64 {
            add(
                source.assumingMemoryBound(to: Double.self),
                to: memory.assumingMemoryBound(to: Double.self), count)
        } else {
            add(
                source.assumingMemoryBound(to: Float.self),
                to: memory.assumingMemoryBound(to: Float.self), count)
        }
    }

    @inline(__always)
    private static func add<Number: BinaryFloatingPoint>(
        _ source: UnsafePointer<Number>, to sum: UnsafeMutablePointer<Number>, _ count: Int
    ) {
        for index in 0..<count { sum[index] += source[index] }
    }
}
