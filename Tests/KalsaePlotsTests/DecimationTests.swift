import KalsaePlots
import Testing

/// Fewer points that draw the same line.
@Suite struct DecimationTests {
    @Test func peaksSurvive() throws {
        let count = 1_000_000
        var y = Gallery.numbers(count)
        y[123_457] = 50
        y[876_543] = -50
        let x = (0..<count).map(Double.init)
        let kept = Decimation.indices(x: x, y: y).compactMap { $0 }
        #expect(kept.count <= Decimation.mostPoints)
        #expect(kept.count > Decimation.mostPoints / 2)
        #expect(kept.contains(123_457) && kept.contains(876_543))
        #expect(kept.first == 0 && kept.last == count - 1)
        #expect(zip(kept, kept.dropFirst()).allSatisfy { $0 < $1 })
        let text = try Figure(marks: [.line(Series("a", x: x, y: y))]).svg()
        #expect(text.utf8.count < 50_000)
    }

    @Test func fewPointsAreAllDrawnWithTheirGaps() {
        let y: [Double] = [1, .nan, 2, 3, .infinity, 4]
        let kept = Decimation.indices(x: [0, 1, 2, 3, 4, 5], y: y)
        #expect(kept == [0, nil, 2, 3, nil, 5])
    }

    @Test func longGapsStay() {
        var y = [Double](repeating: 1, count: 100_000)
        for index in 40_000..<60_000 { y[index] = .nan }
        let kept = Decimation.indices(x: y.indices.map(Double.init), y: y)
        let gaps = kept.count { $0 == nil }
        // A fifth of all 500 stretches.
        #expect(gaps >= 99 && gaps <= 100)
        #expect(kept.first == .some(0) && kept.last == .some(99_999))
    }

    @Test func aPathThatGoesBackKeepsItsOuterPoints() {
        var x = [Double](repeating: 0, count: 10_000)
        for index in x.indices { x[index] = index % 2 == 0 ? 0 : 1 }
        x[777] = 9
        x[5555] = -9
        let y = x.indices.map { Double($0 / 100) }
        let kept = Decimation.indices(x: x, y: y).compactMap { $0 }
        #expect(kept.count <= Decimation.mostPoints)
        #expect(kept.contains(777) && kept.contains(5555))
    }

    @Test func cloudsAreThinnedAndSaySo() throws {
        let (x, y) = (Gallery.numbers(50_000, stream: 5), Gallery.numbers(50_000, stream: 6))
        let drawing = try Figure(marks: [.scatter(Scatter(x: x, y: y))]).drawing(
            width: 640, height: 400)
        var disks = 0
        var texts: [String] = []
        for element in drawing.elements {
            if case .disks(let some, _, _) = element { disks += some.count }
            if case .text(let label) = element { texts.append(label.text) }
        }
        #expect(disks <= Decimation.mostPoints && disks > 500)
        #expect(texts.contains { $0.hasSuffix(" of 50,000 points drawn") })
    }
}
