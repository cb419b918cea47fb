import KalsaeSupport

/// A table of numbers as colors.
public struct HeatMap: Codable, Equatable, Sendable {
    /// The number of rows.
    public var rows: Int
    /// The number of columns.
    public var columns: Int
    /// The numbers, row by row; NaN is left empty.
    public var values: [Double]
    /// The names of the rows, the first one on top; empty for numbers.
    public var rowNames: [String]
    /// The names of the columns; empty for numbers.
    public var columnNames: [String]
    /// The ends of the horizontal axis, in equal cells on its scale; `nil` for 0, 1, ….
    public var xRange: ClosedRange<Double>?
    /// The ends of the vertical axis, the first row at its low end; `nil` for 0, 1, … from the top.
    public var yRange: ClosedRange<Double>?
    /// The colors.
    public var colors: ColorMap
    /// The numbers at the ends of the colors; `nil` for those of the table.
    public var colorRange: ClosedRange<Double>?
    /// What the numbers are.
    public var label: String
    /// Whether numbers are written into cells that are large enough.
    public var showsValues: Bool

    /// Makes a heat map.
    public init(
        rows: Int, columns: Int, values: [Double], rowNames: [String] = [],
        columnNames: [String] = [], xRange: ClosedRange<Double>? = nil,
        yRange: ClosedRange<Double>? = nil, colors: ColorMap = .sequential,
        colorRange: ClosedRange<Double>? = nil, label: String = "", showsValues: Bool = false
    ) {
        self.rows = rows
        self.columns = columns
        self.values = values
        self.rowNames = rowNames
        self.columnNames = columnNames
        self.xRange = xRange
        self.yRange = yRange
        self.colors = colors
        self.colorRange = colorRange
        self.label = label
        self.showsValues = showsValues
    }
}

extension HeatMap: MarkContent {
    var needs: MarkNeeds {
        var needs = MarkNeeds()
        needs.fillsFrame = true
        needs.isDown = yRange == nil
        needs.xNames = columnNames.isEmpty ? nil : columnNames
        needs.yNames = rowNames.isEmpty ? nil : rowNames
        needs.x = Self.extent(xRange, count: columns)
        needs.y = Self.extent(yRange, count: rows)
        return needs
    }

    /// Cells of numbers reach half a cell to both sides.
    static func extent(_ range: ClosedRange<Double>?, count: Int) -> Extent {
        guard let range else {
            var extent = Extent([-0.5, Double(count) - 0.5])
            extent.isWhole = true
            return extent
        }
        var extent = Extent([range.lowerBound, range.upperBound])
        // A plane has points between its corners, whatever those are.
        extent.isWhole = false
        return extent
    }

    var colorCount: Int { 0 }
    var summary: String { "heat map of \(rows) rows and \(columns) columns" }

    func colorBar(theme: Theme) -> ColorBar? {
        var extent = Extent(values)
        if let colorRange { extent = Extent([colorRange.lowerBound, colorRange.upperBound]) }
        if colors == .diverging, colorRange == nil, !extent.isEmpty {
            // 0 in the middle.
            let size = max(abs(extent.low), abs(extent.high))
            extent = Extent([-size, size])
        }
        return ColorBar(
            colors: colors.colors, range: extent.map(Axis(), margin: 0), label: label)
    }

    var table: DataTable {
        var table = DataTable(columns: ["row", "column", "value"])
        for row in 0..<rows {
            for column in 0..<columns {
                table.rows.append([
                    rowNames.isEmpty ? String(row) : rowNames[row],
                    columnNames.isEmpty ? String(column) : columnNames[column],
                    DataTable.text(values[row * columns + column]),
                ])
            }
        }
        return table
    }

    func check() throws(KalsaeError) {
        try CellGrid.check("heat map", rows: rows, columns: columns, count: values.count)
        if !rowNames.isEmpty {
            try checkCounts("heat map", ("rows", rows), ("rowNames", rowNames.count))
        }
        if !columnNames.isEmpty {
            try checkCounts("heat map", ("columns", columns), ("columnNames", columnNames.count))
        }
    }

    func draw(in context: inout PanelContext) {
        guard let bar = colorBar(theme: context.theme), rows > 0, columns > 0 else { return }
        let grid = CellGrid(rows: rows, columns: columns, of: needs, in: context)
        grid.drawImage(in: &context) { range in
            // Cells that share a pixel show their mean.
            var (sum, count) = (0.0, 0.0)
            for index in range where values[index].isFinite {
                (sum, count) = (sum + values[index], count + 1)
            }
            return count > 0 ? bar.color(sum / count) : .clear
        }
        guard showsValues, rows * columns <= 2500 else { return }
        for row in 0..<rows {
            for column in 0..<columns {
                let value = values[row * columns + column]
                let ink = bar.color(value)
                grid.drawText(
                    [NumberText.short(value)], row: row, column: column,
                    color: ink.alpha == 0 ? context.theme.muted : ink.readableInk, in: &context)
            }
        }
    }
}
