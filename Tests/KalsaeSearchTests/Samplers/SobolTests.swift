import KalsaeSearch
import KalsaeSupport
import KalsaeTesting
import Testing

@Suite("Sobol sequences")
struct SobolTests {
    /// Points of `scipy.stats.qmc.Sobol(64, scramble=False)` of scipy 1.17.1.
    @Test func agreesWithScipy() {
        let first: [[Double]] = [
            [0, 0, 0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
            [0.75, 0.25, 0.25, 0.25, 0.75, 0.75], [0.25, 0.75, 0.75, 0.75, 0.25, 0.25],
            [0.375, 0.375, 0.625, 0.875, 0.375, 0.125],
            [0.875, 0.875, 0.125, 0.375, 0.875, 0.625],
            [0.625, 0.125, 0.875, 0.625, 0.625, 0.875],
            [0.125, 0.625, 0.375, 0.125, 0.125, 0.375],
        ]
        let sequence = SobolSequence(dimension: 64)
        for (index, expected) in first.enumerated() {
            #expect(Array(sequence.point(UInt32(index)).prefix(6)) == expected)
        }
        let far = sequence.point(777)
        #expect(
            [0, 1, 2, 5, 20, 63].map { far[$0] } == [
                0.6923828125, 0.9365234375, 0.1630859375, 0.3564453125, 0.2373046875, 0.4267578125,
            ])
        let farther = sequence.point(999)
        #expect(
            [3, 40, 62, 63].map { farther[$0] } == [
                0.9892578125, 0.3505859375, 0.5712890625, 0.6337890625,
            ])
    }

    /// What makes it a (t, m, s)-net: of 2^k points each interval of 2^-k has one, in every
    /// coordinate; and of the first two coordinates (t = 0) each box of 2^-k, too. Random scrambling
    /// keeps both.
    @Test func scramblingKeepsTheBalance() {
        for seed in [1, 2, 99] as [UInt64] {
            let sequence = SobolSequence(dimension: 64).scrambled(seed: seed)
            let points = (0..<256).map { sequence.point(UInt32($0)) }
            for coordinate in 0..<64 {
                let cells = Set(points.map { Int($0[coordinate] * 256) })
                #expect(cells.count == 256, "coordinate \(coordinate) of seed \(seed)")
            }
            for columns in [1, 2, 4, 16, 64, 256] {
                let boxes = Set(
                    points.map {
                        Int($0[0] * Double(columns)) * 256 + Int($0[1] * Double(256 / columns))
                    })
                #expect(boxes.count == 256, "\(columns) columns of seed \(seed)")
            }
        }
        let a = SobolSequence(dimension: 2).scrambled(seed: 1).point(0)
        #expect(a != SobolSequence(dimension: 2).scrambled(seed: 2).point(0))
    }

    @Test func beyondItsDimensionsPointsAreRandom() throws {
        let space = try SearchSpace((0..<70).map { try Parameter("p\($0)", .real(0...1)) })
        let request = SamplerRequest(
            number: 3, seed: 5, space: space, history: TrialHistory())
        let (point, lines) = Notice.collect {
            var sampler = SobolSampler()
            return sampler.propose(for: request)
        }
        #expect(point.count == 70)
        #expect(Array(point[64...]) == Array(request.randomPoint()[64...]))
        #expect(lines == ["sobol covers 64 parameters; the other 6 are random"])
    }
}
