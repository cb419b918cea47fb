import KalsaeSupport

/// The buckets in which a vector is exchanged, from its end on, as the way back through a network
/// comes to its last layers first.
package struct SumBuckets {
    /// A range of the vector, and the parts that must be ready for it.
    package struct Bucket: Equatable {
        package var range: Range<Int>
        package var parts: Range<Int>
    }

    package let buckets: [Bucket]

    /// Bytes from which on a bucket is full. Small ones cost a message's time each; the last bucket,
    /// which nothing hides, should not be large.
    package static let fullBytes = 256 << 10

    /// - Parameters:
    ///   - offsets: where the parts of the vector begin, rising from 0.
    ///   - count: its numbers.
    package init(offsets: [Int], count: Int, byteSize: Int, fullBytes: Int = Self.fullBytes) {
        var buckets: [Bucket] = []
        var (end, last) = (count, offsets.count)
        for part in offsets.indices.reversed()
        where part == 0 || (end - offsets[part]) * byteSize >= fullBytes {
            buckets.append(Bucket(range: offsets[part]..<end, parts: part..<last))
            (end, last) = (offsets[part], part)
        }
        self.buckets = buckets
    }
}
