import KalsaeBackend
import KalsaeDistributed
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// The sums of a step's micro-batches: those of this rank, and of all.
final class StepSums {
    /// Those of this rank.
    let partial: PartialSums
    /// What adds the sums of all ranks; nil in one process.
    let exchange: SumExchange?
    /// Where each result of a micro-batch's plan begins in the vector, and how it is exchanged.
    let offsets: [Int]
    let buckets: [SumBuckets.Bucket]
    /// The sum of all micro-batches, as a step reads it.
    let tensor: Tensor
    private let total: Buffer
    private let layout: Contribution

    init(_ layout: Contribution, _ group: (any ProcessGroup)?) throws {
        self.layout = layout
        let type = TensorType(layout.dtype, [layout.count])
        total = try Buffer(byteCount: type.byteCount, isRewritten: true)
        tensor = Tensor(total, type)
        var first = total
        if let group {
            first = try Buffer(byteCount: type.byteCount)
            exchange = SumExchange(group, layout.dtype, total: try total.hostPointer())
        } else {
            exchange = nil
        }
        partial = PartialSums(count: layout.count, layout.dtype, first: first)
        offsets = layout.parts.map(\.offset) + [layout.lossOffset]
        buckets =
            SumBuckets(
                offsets: offsets, count: layout.count, byteSize: layout.dtype.byteSize
            ).buckets
    }

    deinit {
        // After an error messages may still be on their way: then the memory stays.
        guard exchange?.isExchanging == true else { return }
        for buffer in [total] + partial.buffers { _ = Unmanaged.passRetained(buffer) }
    }

    /// Bytes of the vector.
    var byteCount: Int { total.byteCount }

    /// Adds what a micro-batch gave.
    func add(_ index: Int, _ results: [UnsafeRawBufferPointer]) throws(KalsaeError) {
        try partial.add(index, parts: zip(offsets, results).map { ($0, $1) })
    }

    /// The sum of loss times weight, the weight, and the rows of all micro-batches.
    var numbers: (loss: Double, weight: Double, rows: Double) {
        get throws(KalsaeError) {
            let numbers = try total.withHostBytes { bytes throws(KalsaeError) -> [Double] in
                (0..<3).map { offset in
                    let index = layout.lossOffset + offset
                    return layout.dtype == .float64
                        ? bytes.load(fromByteOffset: index * 8, as: Double.self)
                        : Double(bytes.load(fromByteOffset: index * 4, as: Float.self))
                }
            }
            return (numbers[0], numbers[1], numbers[2])
        }
    }
}
