/// Lines of one height through a grid.
///
/// Source: Lorensen and Cline, "Marching cubes" (1987), in the plane. Saddles are cut by the mean
/// of the four corners.
package enum MarchingSquares {
    /// The lines, each a chain of points; the last point of a closed one is its first.
    ///
    /// - Parameters:
    ///   - x: the positions of the columns.
    ///   - y: the positions of the rows.
    ///   - values: the heights, row by row.
    package static func lines(
        x: [Double], y: [Double], values: [Double], level: Double
    ) -> [[Drawing.Point]] {
        guard x.count > 1, y.count > 1, values.count == x.count * y.count else { return [] }
        var links = Links(columns: x.count, rows: y.count)
        for row in 0..<(y.count - 1) {
            for column in 0..<(x.count - 1) {
                let at = row * x.count + column
                let corners = [
                    values[at], values[at + 1], values[at + x.count + 1], values[at + x.count],
                ]
                guard corners.allSatisfy(\.isFinite) else { continue }
                let isAbove = corners.map { $0 >= level }
                var pattern = 0
                for corner in 0..<4 where isAbove[corner] { pattern |= 1 << corner }
                if pattern == 5 || pattern == 10 {
                    // Of the two cuts of a saddle, the one that leaves its middle on its side.
                    let middle = corners.reduce(0) { $0 + $1 / 4 }
                    if middle >= level { pattern = pattern == 5 ? 16 : 17 }
                }
                for (from, to) in segments[pattern] {
                    links.join(
                        links.edge(from, row: row, column: column),
                        links.edge(to, row: row, column: column))
                }
            }
        }
        return links.chains().map { chain in
            chain.map { edge in
                let (row, column) = (edge / 2 / x.count, edge / 2 % x.count)
                let here = values[row * x.count + column]
                if edge % 2 == 0 {
                    let share = Self.share(level, here, values[row * x.count + column + 1])
                    return Drawing.Point(x[column] + (x[column + 1] - x[column]) * share, y[row])
                }
                let share = Self.share(level, here, values[(row + 1) * x.count + column])
                return Drawing.Point(x[column], y[row] + (y[row + 1] - y[row]) * share)
            }
        }
    }

    private static func share(_ level: Double, _ from: Double, _ to: Double) -> Double {
        let span = to / 2 - from / 2
        return span == 0 ? 0.5 : min(max((level / 2 - from / 2) / span, 0), 1)
    }

    // The sides of a cell are 0 (first row), 1 (last column), 2 (last row), 3 (first column); the
    // corners go the same way round. A pattern has a bit for each corner that is above.
    private static let segments: [[(Int, Int)]] = [
        [], [(3, 0)], [(0, 1)], [(3, 1)], [(1, 2)], [(3, 0), (1, 2)], [(0, 2)], [(3, 2)],
        [(2, 3)], [(2, 0)], [(0, 1), (2, 3)], [(2, 1)], [(1, 3)], [(1, 0)], [(0, 3)], [],
        [(0, 1), (2, 3)], [(3, 0), (1, 2)],
    ]
}

/// Which crossings follow each other: each is on an edge of the grid, which two cells share, so
/// that it has at most two neighbors.
private struct Links {
    private let columns: Int
    private var neighbors: [Int32]

    init(columns: Int, rows: Int) {
        self.columns = columns
        neighbors = [Int32](repeating: -1, count: columns * rows * 4)
    }

    /// The number of a cell's side: that of the point it begins at, twice, and one more for those
    /// that go along a column.
    func edge(_ side: Int, row: Int, column: Int) -> Int {
        switch side {
        case 0: 2 * (row * columns + column)
        case 1: 2 * (row * columns + column + 1) + 1
        case 2: 2 * ((row + 1) * columns + column)
        default: 2 * (row * columns + column) + 1
        }
    }

    mutating func join(_ a: Int, _ b: Int) {
        for (from, to) in [(a, b), (b, a)] {
            neighbors[2 * from + (neighbors[2 * from] < 0 ? 0 : 1)] = Int32(to)
        }
    }

    /// All chains: those with ends first, then closed ones.
    func chains() -> [[Int]] {
        var isDone = [Bool](repeating: false, count: neighbors.count / 2)
        var chains: [[Int]] = []
        for closed in [false, true] {
            for start in isDone.indices where !isDone[start] && neighbors[2 * start] >= 0 {
                guard closed || neighbors[2 * start + 1] < 0 else { continue }
                var chain = [start]
                isDone[start] = true
                var next: Int? = Int(neighbors[2 * start])
                while let at = next, !isDone[at] {
                    isDone[at] = true
                    chain.append(at)
                    next = [neighbors[2 * at], neighbors[2 * at + 1]].map(Int.init).first {
                        $0 >= 0 && !isDone[$0]
                    }
                }
                if closed { chain.append(start) }
                chains.append(chain)
            }
        }
        return chains
    }
}
