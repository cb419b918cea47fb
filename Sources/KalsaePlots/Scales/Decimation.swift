/// Fewer points that draw the same line.
package enum Decimation {
    /// The most points of a line that are drawn.
    package static var mostPoints: Int { 2000 }

    /// The indices of the points to draw: of each stretch the first, the lowest, the highest and the
    /// last, so that no peak is lost, and the outer ones of both sides where a line goes back and
    /// forth. `nil` stands for a gap.
    ///
    /// Stretches are equal in number of points. A gap is kept where a whole stretch has no finite
    /// point, and each one where all points are drawn.
    package static func indices(
        x: [Double], y: [Double], most: Int = mostPoints
    ) -> [Int?] {
        let count = min(x.count, y.count)
        var kept: [Int?] = []
        guard count > most else {
            for index in 0..<count {
                kept.append(x[index].isFinite && y[index].isFinite ? index : nil)
            }
            return kept
        }
        let rises = !zip(x, x.dropFirst()).contains { $0 > $1 }
        let stretches = max(1, most / (rises ? 4 : 6))
        for stretch in 0..<stretches {
            let range = (count * stretch / stretches)..<(count * (stretch + 1) / stretches)
            var (first, low, high, last) = (-1, -1, -1, -1)
            var (left, right) = (-1, -1)
            for index in range where x[index].isFinite && y[index].isFinite {
                if first < 0 {
                    (first, low, high, left, right) = (index, index, index, index, index)
                } else {
                    if y[index] < y[low] { low = index }
                    if y[index] > y[high] { high = index }
                    if !rises {
                        if x[index] < x[left] { left = index }
                        if x[index] > x[right] { right = index }
                    }
                }
                last = index
            }
            guard first >= 0 else {
                kept.append(nil)
                continue
            }
            var previous = -1
            let outer = rises ? [first, low, high, last] : [first, low, high, left, right, last]
            for index in outer.sorted() where index != previous {
                kept.append(index)
                previous = index
            }
        }
        return kept
    }

    /// The indices of a cloud's points to draw: one in each square of a grid, which gets coarser
    /// until there are few enough. Points that are not finite or outside of the area are left out.
    package static func indices(
        count: Int, in area: Drawing.Rectangle, cell: Double, most: Int = mostPoints,
        point: (Int) -> Drawing.Point
    ) -> [Int] {
        // Half a disk at the edge is still seen.
        let area = Drawing.Rectangle(
            x: area.x - 1, y: area.y - 1, width: area.width + 2, height: area.height + 2)
        guard count > most else {
            return (0..<count).filter { area.contains(point($0)) }
        }
        var kept = onePerCell(0..<count, area, cell, point)
        var size = cell * 1.4
        while kept.count > most {
            kept = onePerCell(kept, area, size, point)
            size *= 1.4
        }
        return kept
    }

    private static func onePerCell(
        _ indices: some Sequence<Int>, _ area: Drawing.Rectangle, _ size: Double,
        _ point: (Int) -> Drawing.Point
    ) -> [Int] {
        let columns = Int(area.width / size) + 1
        var isTaken = [Bool](repeating: false, count: columns * (Int(area.height / size) + 1))
        var kept: [Int] = []
        for index in indices {
            let at = point(index)
            guard area.contains(at) else { continue }
            let cell = Int((at.y - area.y) / size) * columns + Int((at.x - area.x) / size)
            if !isTaken[cell] {
                isTaken[cell] = true
                kept.append(index)
            }
        }
        return kept
    }
}
