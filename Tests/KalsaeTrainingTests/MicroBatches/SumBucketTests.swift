import KalsaeTraining
import Testing

/// Buckets cover the vector from its end on, each at least as large as asked but for the first parts.
@Suite struct SumBucketTests {
    @Test func bucketsBeginAtTheEnd() {
        let buckets = SumBuckets(
            offsets: [0, 10, 12, 40, 41], count: 50, byteSize: 4, fullBytes: 4 * 12
        ).buckets
        #expect(buckets.map(\.range) == [12..<50, 0..<12])
        #expect(buckets.map(\.parts) == [2..<5, 0..<2])
    }

    @Test(arguments: [1, 7, 40, 4000]) func nothingIsLeftOut(_ full: Int) {
        let offsets = [0, 3, 3, 9, 100, 101, 130]
        let buckets = SumBuckets(offsets: offsets, count: 133, byteSize: 4, fullBytes: full).buckets
        #expect(buckets.reversed().flatMap { Array($0.range) } == Array(0..<133))
        #expect(buckets.reversed().flatMap { Array($0.parts) } == Array(0..<7))
        #expect(buckets.dropLast().allSatisfy { 4 * $0.range.count >= full })
    }
}
