import KalsaePlots
import Testing

/// Lines of equal height against surfaces whose lines are known.
@Suite struct MarchingSquaresTests {
    private func lines(
        _ count: Int, level: Double, of function: (Double, Double) -> Double
    ) -> [[Drawing.Point]] {
        let steps = (0..<count).map { -1.5 + 3 * Double($0) / Double(count - 1) }
        return MarchingSquares.lines(
            x: steps, y: steps, values: steps.flatMap { y in steps.map { function($0, y) } },
            level: level)
    }

    @Test func aConeHasCircles() {
        for count in [20, 51, 101] {
            let found = lines(count, level: 1) { $0 * $0 + $1 * $1 }
            #expect(found.count == 1)
            guard let circle = found.first else { continue }
            #expect(circle.first == circle.last)
            // Between two points of the grid, x² is off its chord by at most h²/4, so that r² is
            // off 1 by no more, and r by that over r + 1 > 1.9.
            let step = 3 / Double(count - 1)
            let tolerance = step * step / 4 / 1.9
            for point in circle {
                let radius = (point.x * point.x + point.y * point.y).squareRoot()
                #expect(abs(radius - 1) <= tolerance)
            }
            // A polygon inside of the circle, with at least 4 sides a step of 1.
            var length = 0.0
            for (a, b) in zip(circle, circle.dropFirst()) {
                length += ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
            }
            #expect(abs(length - 2 * .pi) < 2 * .pi * step)
        }
    }

    @Test func aPlaneHasStraightLinesFromEdgeToEdge() {
        let found = lines(31, level: 0.25) { x, _ in x }
        #expect(found.count == 1)
        #expect(found[0].count == 31)
        // Interpolation of a plane is exact but for rounding.
        for point in found[0] { #expect(abs(point.x - 0.25) < 1e-12) }
    }

    @Test func saddlesAreCutByTheirMiddle() {
        // Corners 1 0 / 0 1: at .4 the middle, .5, is above and joins the high corners, so that
        // each line goes round a low one; at .6 each goes round a high one.
        for (level, corner) in [(0.4, Drawing.Point(1, 0)), (0.6, Drawing.Point(0, 0))] {
            let found = MarchingSquares.lines(
                x: [0, 1], y: [0, 1], values: [1, 0, 0, 1], level: level)
            #expect(found.count == 2)
            let isRound = found.contains { line in
                line.allSatisfy { abs($0.x - corner.x) < 0.5 && abs($0.y - corner.y) < 0.5 }
                    || line.allSatisfy { abs($0.x - corner.x) + abs($0.y - corner.y) < 0.61 }
            }
            #expect(isRound)
        }
    }

    @Test func cellsWithoutNumbersAreLeftOut() {
        let found = lines(21, level: 1) { x, y in x < 0 ? .nan : x * x + y * y }
        #expect(found.count == 1)
        #expect(found[0].allSatisfy { $0.x >= 0 })
        #expect(found[0].first != found[0].last)
    }

    @Test func levelsOutsideHaveNoLines() {
        #expect(lines(11, level: 99) { $0 + $1 }.isEmpty)
        #expect(MarchingSquares.lines(x: [0], y: [0], values: [0], level: 0).isEmpty)
        #expect(MarchingSquares.lines(x: [0, 1], y: [0, 1], values: [], level: 0).isEmpty)
    }
}
