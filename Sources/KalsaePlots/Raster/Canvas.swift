/// Pixels that shapes are drawn onto with smooth edges: how much of each pixel a shape covers
/// goes into a mask, and the mask lets the color through, so that a shape that overlaps itself
/// covers only once.
struct Canvas {
    private(set) var pixels: Drawing.Pixels
    private let scale: Double
    private var mask: [Float]
    private var clips: [Drawing.Rectangle] = []
    /// The columns and rows that may be drawn onto.
    private var columns: Range<Int>
    private var rows: Range<Int>
    /// The columns and rows of the mask that are not 0.
    private var dirtyColumns = 0..<0
    private var dirtyRows = 0..<0

    init(width: Int, height: Int, scale: Double, color: Drawing.Color) {
        pixels = Drawing.Pixels(width: width, height: height, color: color)
        self.scale = scale
        mask = [Float](repeating: 0, count: width * height)
        (columns, rows) = (0..<width, 0..<height)
    }

    mutating func add(_ element: Drawing.Element) {
        guard let element = element.drawable else { return }
        switch element {
        case .polyline(let points, let stroke):
            addLine(points, stroke)
        case .rule(let a, let b, let stroke): addRule(a, b, stroke)
        case .polygon(let points, let color):
            cover(polygon: points.map(scaled))
            paint(color)
        case .rectangle(let area, let fill, let stroke):
            if let fill { addArea(area, fill) }
            if let stroke {
                addLine(
                    [
                        Drawing.Point(area.x, area.y), Drawing.Point(area.maxX, area.y),
                        Drawing.Point(area.maxX, area.maxY), Drawing.Point(area.x, area.maxY),
                        Drawing.Point(area.x, area.y),
                    ], stroke)
            }
        case .disks(let disks, let fill, let stroke):
            for disk in disks {
                let center = scaled(disk.center)
                cover(from: center, to: center, radius: disk.radius * scale)
                paint(fill)
                guard let stroke else { continue }
                let circle = (0...32).map { step -> Drawing.Point in
                    let angle = Double(step) * 11.25
                    return Drawing.Point(
                        disk.center.x + disk.radius * cosine(degrees: angle),
                        disk.center.y + disk.radius * sine(degrees: angle))
                }
                addLine(circle, stroke)
            }
        case .text(let label):
            let width = label.size * (label.isBold ? 0.115 : 0.08)
            for line in StrokeFont.lines(of: label) { cover(line: line, width: width) }
            paint(label.color)
        case .image(let area, let image): addImage(area, image)
        case .clip(let area):
            clips.append(area)
            updateClip()
        case .endClip:
            _ = clips.popLast()
            updateClip()
        }
    }

    private func scaled(_ point: Drawing.Point) -> Drawing.Point {
        Drawing.Point(point.x * scale, point.y * scale)
    }

    private mutating func updateClip() {
        (columns, rows) = (0..<pixels.width, 0..<pixels.height)
        guard let clip = clips.last else { return }
        func range(_ low: Double, _ high: Double, _ limit: Int) -> Range<Int> {
            let first = min(max(0, Int((low * scale).rounded())), limit)
            return first..<min(max(first, Int((high * scale).rounded())), limit)
        }
        columns = range(clip.x, clip.maxX, pixels.width)
        rows = range(clip.y, clip.maxY, pixels.height)
    }

    // MARK: lines

    private mutating func addLine(_ points: [Drawing.Point], _ stroke: Drawing.Stroke) {
        for line in Dashes.split(points, stroke.dash) { cover(line: line, width: stroke.width) }
        paint(stroke.color)
    }

    /// Upright and level lines fill whole pixels.
    private mutating func addRule(_ a: Drawing.Point, _ b: Drawing.Point, _ stroke: Drawing.Stroke)
    {
        let width = stroke.width
        func sharp(_ value: Double) -> Double { value.rounded(.down) }
        let area =
            a.x == b.x
            ? Drawing.Rectangle(
                x: sharp(a.x), y: min(a.y, b.y), width: width, height: abs(b.y - a.y))
            : Drawing.Rectangle(
                x: min(a.x, b.x), y: sharp(a.y), width: abs(b.x - a.x), height: width)
        addArea(area, stroke.color)
    }

    private mutating func cover(line: [Drawing.Point], width: Double) {
        let radius = max(width * scale / 2, 0.4)
        if line.count == 1 {
            cover(from: scaled(line[0]), to: scaled(line[0]), radius: radius)
        }
        for (a, b) in zip(line, line.dropFirst()) {
            cover(from: scaled(a), to: scaled(b), radius: radius)
        }
    }

    /// Covers all pixels nearer than `radius` to a stretch.
    private mutating func cover(from a: Drawing.Point, to b: Drawing.Point, radius: Double) {
        guard a.x.isFinite, a.y.isFinite, b.x.isFinite, b.y.isFinite else { return }
        let reach = radius + 1
        let lines = Self.range(min(a.y, b.y) - reach, max(a.y, b.y) + reach, within: rows)
        guard !lines.isEmpty else { return }
        let (dx, dy) = (b.x - a.x, b.y - a.y)
        let square = dx * dx + dy * dy
        for row in lines {
            let y = Double(row) + 0.5
            // Only the part of the stretch that is near this row.
            var (first, last) = (0.0, 1.0)
            if dy != 0 {
                let (s, t) = ((y - reach - a.y) / dy, (y + reach - a.y) / dy)
                first = max(0, min(s, t))
                last = min(1, max(s, t))
                if first > last { continue }
            }
            let (s, t) = (a.x + dx * first, a.x + dx * last)
            let span = Self.range(min(s, t) - reach, max(s, t) + reach, within: columns)
            guard !span.isEmpty else { continue }
            touch(span, row)
            for column in span {
                let (px, py) = (Double(column) + 0.5 - a.x, y - a.y)
                let share = square > 0 ? min(max((px * dx + py * dy) / square, 0), 1) : 0
                let (ex, ey) = (px - dx * share, py - dy * share)
                let coverage = radius + 0.5 - (ex * ex + ey * ey).squareRoot()
                if coverage > 0 {
                    let at = row * pixels.width + column
                    mask[at] = max(mask[at], Float(min(coverage, 1)))
                }
            }
        }
    }

    // MARK: areas

    private mutating func addArea(_ area: Drawing.Rectangle, _ color: Drawing.Color) {
        let (left, right) = (area.x * scale, area.maxX * scale)
        let (top, bottom) = (area.y * scale, area.maxY * scale)
        let span = Self.range(left, right, within: columns)
        for row in Self.range(top, bottom, within: rows) where !span.isEmpty {
            let high = min(bottom, Double(row) + 1) - max(top, Double(row))
            touch(span, row)
            for column in span {
                let wide = min(right, Double(column) + 1) - max(left, Double(column))
                mask[row * pixels.width + column] = Float(max(0, wide) * max(0, high))
            }
        }
        paint(color)
    }

    /// Covers the inside of a closed line, four times in each row.
    private mutating func cover(polygon points: [Drawing.Point]) {
        guard points.count > 2, points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
            return
        }
        let low = points.reduce(Double.infinity) { min($0, $1.y) }
        let high = points.reduce(-Double.infinity) { max($0, $1.y) }
        let edges = Array(zip(points, points.dropFirst() + points.prefix(1))).filter {
            $0.y != $1.y
        }
        .sorted { min($0.0.y, $0.1.y) < min($1.0.y, $1.1.y) }
        var active: [(Drawing.Point, Drawing.Point)] = []
        var next = 0
        for row in Self.range(low, high, within: rows) {
            while next < edges.count, min(edges[next].0.y, edges[next].1.y) < Double(row + 1) {
                active.append(edges[next])
                next += 1
            }
            active.removeAll { max($0.0.y, $0.1.y) < Double(row) }
            for part in 0..<4 {
                let y = Double(row) + 0.125 + 0.25 * Double(part)
                var crossings: [(x: Double, winding: Int)] = []
                for (a, b) in active where (a.y <= y) != (b.y <= y) {
                    crossings.append(
                        (a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y), b.y > a.y ? 1 : -1))
                }
                crossings.sort { $0.x < $1.x }
                var winding = 0
                for (index, crossing) in crossings.enumerated() {
                    winding += crossing.winding
                    guard winding != 0, index + 1 < crossings.count else { continue }
                    let (left, right) = (crossing.x, crossings[index + 1].x)
                    let span = Self.range(left, right, within: columns)
                    guard !span.isEmpty else { continue }
                    touch(span, row)
                    for column in span {
                        let wide = min(right, Double(column) + 1) - max(left, Double(column))
                        mask[row * pixels.width + column] += Float(max(0, wide) * 0.25)
                    }
                }
            }
        }
    }

    private mutating func addImage(_ area: Drawing.Rectangle, _ image: Drawing.Pixels) {
        guard image.width > 0, image.height > 0, area.width > 0, area.height > 0 else { return }
        let span = Self.range(area.x * scale - 0.5, area.maxX * scale - 0.5, within: columns)
        for row in Self.range(area.y * scale - 0.5, area.maxY * scale - 0.5, within: rows) {
            let down = ((Double(row) + 0.5) / scale - area.y) / area.height
            let y = min(max(Int(down * Double(image.height)), 0), image.height - 1)
            for column in span {
                let across = ((Double(column) + 0.5) / scale - area.x) / area.width
                let x = min(max(Int(across * Double(image.width)), 0), image.width - 1)
                let color = image[x, y]
                blend(row * pixels.width + column, color, 1)
            }
        }
    }

    // MARK: the mask

    private static func range(_ low: Double, _ high: Double, within limit: Range<Int>) -> Range<Int>
    {
        let first = max(Double(limit.lowerBound), low.rounded(.down))
        let end = min(Double(limit.upperBound), high.rounded(.up))
        return first < end ? Int(first)..<Int(end) : limit.lowerBound..<limit.lowerBound
    }

    private mutating func touch(_ span: Range<Int>, _ row: Int) {
        if dirtyRows.isEmpty {
            (dirtyColumns, dirtyRows) = (span, row..<(row + 1))
        } else {
            dirtyColumns =
                min(
                    dirtyColumns.lowerBound, span.lowerBound)..<max(
                    dirtyColumns.upperBound, span.upperBound)
            dirtyRows = min(dirtyRows.lowerBound, row)..<max(dirtyRows.upperBound, row + 1)
        }
    }

    /// Lets a color through the mask, and clears it.
    private mutating func paint(_ color: Drawing.Color) {
        for row in dirtyRows {
            for column in dirtyColumns {
                let at = row * pixels.width + column
                guard mask[at] > 0 else { continue }
                blend(at, color, min(mask[at], 1))
                mask[at] = 0
            }
        }
        (dirtyColumns, dirtyRows) = (0..<0, 0..<0)
    }

    private mutating func blend(_ pixel: Int, _ color: Drawing.Color, _ coverage: Float) {
        let share = coverage * Float(color.alpha) / 255
        func mixed(_ below: UInt8, _ above: UInt8) -> UInt8 {
            UInt8((Float(below) + (Float(above) - Float(below)) * share).rounded())
        }
        let at = pixel * 4
        pixels.bytes[at] = mixed(pixels.bytes[at], color.red)
        pixels.bytes[at + 1] = mixed(pixels.bytes[at + 1], color.green)
        pixels.bytes[at + 2] = mixed(pixels.bytes[at + 2], color.blue)
    }
}
