import KalsaeSupport

/// Equal cells between the axes.
struct CellGrid {
    let rows: Int
    let columns: Int
    let area: Drawing.Rectangle
    /// Whether row 0 is the upper one.
    let isDown: Bool

    /// The most cells of a side that are drawn one by one.
    static var mostCells: Int { 320 }

    init(rows: Int, columns: Int, of needs: MarkNeeds, in context: PanelContext) {
        (self.rows, self.columns) = (rows, columns)
        isDown = context.isDown
        let left = context.horizontal(needs.x.low)
        let right = context.horizontal(needs.x.high)
        let first = context.vertical(needs.y.low)
        let last = context.vertical(needs.y.high)
        area =
            [left, right, first, last].allSatisfy(\.isFinite)
            ? Drawing.Rectangle(
                x: left, y: min(first, last), width: right - left, height: abs(first - last))
            : context.frame
    }

    func cell(row: Int, column: Int) -> Drawing.Rectangle {
        let width = area.width / Double(columns)
        let height = area.height / Double(rows)
        let line = isDown ? row : rows - 1 - row
        return Drawing.Rectangle(
            x: area.x + Double(column) * width, y: area.y + Double(line) * height, width: width,
            height: height)
    }

    /// Draws all cells as an image. Where there are many, `color` is asked for a block of cells at
    /// once: it gets the indices of some of them.
    func drawImage(in context: inout PanelContext, color: ([Int]) -> Drawing.Color) {
        let width = min(columns, Self.mostCells)
        let height = min(rows, Self.mostCells)
        var pixels = Drawing.Pixels(width: width, height: height, color: .clear)
        for y in 0..<height {
            let line = isDown ? y : height - 1 - y
            let rowRange = (line * rows / height)..<((line + 1) * rows / height)
            for x in 0..<width {
                let columnRange = (x * columns / width)..<((x + 1) * columns / width)
                var indices: [Int] = []
                for row in rowRange {
                    for column in columnRange { indices.append(row * columns + column) }
                }
                pixels[x, y] = color(indices)
            }
        }
        context.add(.image(area, pixels))
    }

    /// Writes lines into a cell, as many as fit.
    func drawText(
        _ lines: [String], row: Int, column: Int, color: Drawing.Color,
        in context: inout PanelContext
    ) {
        let cell = cell(row: row, column: column)
        let metrics = context.metrics
        let height = metrics.lineHeight(metrics.tickSize)
        let margin = metrics.isCells ? 0.0 : 4
        var shown = lines.filter {
            metrics.width($0, size: metrics.tickSize) + margin <= cell.width
        }
        guard shown.first == lines.first else { return }
        shown = Array(shown.prefix(Int((cell.height + 0.01) / height)))
        for (index, text) in shown.enumerated() {
            let y = cell.middle.y + (Double(index) - Double(shown.count - 1) / 2) * height
            context.addText(
                text, at: Drawing.Point(cell.middle.x, y), color: color, anchor: .middle)
        }
    }

    static func check(_ mark: String, rows: Int, columns: Int, count: Int) throws(KalsaeError) {
        let (cells, isTooLarge) = rows.multipliedReportingOverflow(by: columns)
        guard rows >= 0, columns >= 0, !isTooLarge, cells == count else {
            throw KalsaeError(
                mark, expected: "a value for each of \(rows) x \(columns) cells",
                got: "\(count) values")
        }
    }
}
