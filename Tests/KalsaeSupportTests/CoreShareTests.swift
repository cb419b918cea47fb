import KalsaeSupport
import Testing

@Suite struct CoreShareTests {
    private func shares(_ masks: [String]) -> [Double] {
        masks.indices.map { CoreShare(of: $0, masks: masks).ofMask }
    }

    @Test func equalMasksAreDivided() {
        #expect(shares(["ff"]) == [1])
        #expect(shares(["ff", "ff"]) == [0.5, 0.5])
        // Bound to cores of their own, as mpirun does.
        #expect(shares(["1", "2", "f0"]) == [1, 1, 1])
        // Two have one core each, the third may use both.
        #expect(shares(["1", "2", "3"]) == [0.5, 0.5, 0.5])
        #expect(shares(["00000000ffffffff", "ffffffff00000000"]) == [1, 1])
        #expect(shares(["", ""]) == [0.5, 0.5])
        #expect(shares(["0", "0"]) == [0.5, 0.5])
    }

    @Test func sharesAreWholeCores() {
        func counts(_ processes: Int, cores: Int, quota: Double? = nil) -> Set<Int> {
            let masks = [String](repeating: "ffff", count: processes)
            return Set(
                masks.indices.map {
                    CoreShare(of: $0, masks: masks).count(mask: cores, quota: quota)
                })
        }
        #expect(counts(1, cores: 16) == [16])
        #expect(counts(3, cores: 16) == [5])
        #expect(counts(3, cores: 3) == [1])
        #expect(counts(4, cores: 2) == [1])
        #expect(counts(2, cores: 16, quota: 6) == [3])
        #expect(counts(2, cores: 16, quota: 1.5) == [1])
        #expect(counts(1, cores: 16, quota: 1.5) == [2])
    }
}
