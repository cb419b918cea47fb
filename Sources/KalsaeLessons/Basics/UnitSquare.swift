import KalsaePlots

/// A square around the four corners of two truth values, in which decision regions are drawn.
struct UnitSquare {
    static let range = -0.5...1.5
    static let corners: [[Double]] = [[0, 0], [0, 1], [1, 0], [1, 1]]
    private static let count = 96

    /// The middles of the cells, row by row from below: x and y.
    static var points: [[Double]] {
        let step = (range.upperBound - range.lowerBound) / Double(count)
        let middles = (0..<count).map { range.lowerBound + (Double($0) + 0.5) * step }
        return middles.flatMap { y in middles.map { x in [x, y] } }
    }

    /// A panel with the class of each point, and the corners with what they must be.
    static func panel(_ title: String, targets: [Int], _ classes: [Int]) -> Panel {
        let regions = Regions(
            rows: count, columns: count, xRange: range, yRange: range, classes: classes,
            names: ["0", "1"])
        let dots = [0, 1].map { kind in
            let own = zip(corners, targets).filter { $0.1 == kind }.map(\.0)
            return Mark.scatter(
                Scatter(
                    "", x: own.map { $0[0] }, y: own.map { $0[1] },
                    sizes: own.map { _ in 4 }, colorIndex: kind))
        }
        return Panel(title: title, x: Axis("x₁"), y: Axis("x₂"), marks: [.regions(regions)] + dots)
    }
}
