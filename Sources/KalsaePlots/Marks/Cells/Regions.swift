import KalsaeSupport

/// The classes that a model predicts on a grid of points in a plane. The points that it learned
/// from are a `Scatter` for each class, with `colorIndex` the class.
public struct Regions: Codable, Equatable, Sendable {
    /// The number of rows, the first at the low end of `yRange`.
    public var rows: Int
    /// The number of columns.
    public var columns: Int
    /// The ends of the horizontal axis.
    public var xRange: ClosedRange<Double>
    /// The ends of the vertical axis.
    public var yRange: ClosedRange<Double>
    /// The class of each cell, row by row; less than 0 for none.
    public var classes: [Int]
    /// How sure the model is of each cell, 0 to 1: paler where it is not; empty for all the same.
    public var confidences: [Double]
    /// The names of the classes.
    public var names: [String]

    /// Makes decision regions.
    public init(
        rows: Int, columns: Int, xRange: ClosedRange<Double>, yRange: ClosedRange<Double>,
        classes: [Int], confidences: [Double] = [], names: [String] = []
    ) {
        self.rows = rows
        self.columns = columns
        self.xRange = xRange
        self.yRange = yRange
        self.classes = classes
        self.confidences = confidences
        self.names = names
    }
}

extension Regions: MarkContent {
    var needs: MarkNeeds {
        var needs = MarkNeeds()
        needs.fillsFrame = true
        needs.x = HeatMap.extent(xRange, count: columns)
        needs.y = HeatMap.extent(yRange, count: rows)
        return needs
    }

    var colorCount: Int { max(names.count, (classes.max() ?? -1) + 1) }
    var summary: String { "decision regions of \(colorCount) classes" }

    func legend(first: Int, theme: Theme) -> [LegendEntry] {
        names.enumerated().map {
            LegendEntry(name: $0.element, sample: .swatch(color(first + $0.offset, theme, 1)))
        }
    }

    var table: DataTable {
        var table = DataTable(
            columns: ["row", "column", "class"] + (confidences.isEmpty ? [] : ["confidence"]))
        for index in classes.indices {
            var row = [
                String(index / max(1, columns)), String(index % max(1, columns)),
                name(classes[index]),
            ]
            if !confidences.isEmpty { row.append(DataTable.text(confidences[index])) }
            table.rows.append(row)
        }
        return table
    }

    func check() throws(KalsaeError) {
        try CellGrid.check("regions", rows: rows, columns: columns, count: classes.count)
        if !confidences.isEmpty {
            try checkCounts(
                "regions", ("classes", classes.count), ("confidences", confidences.count))
        }
        if let largest = classes.max(), largest >= 10_000 {
            throw KalsaeError("regions", expected: "classes below 10000", got: "\(largest)")
        }
    }

    func draw(in context: inout PanelContext) {
        guard rows > 0, columns > 0 else { return }
        let grid = CellGrid(rows: rows, columns: columns, of: needs, in: context)
        let (first, theme) = (context.firstColor, context.theme)
        grid.drawImage(in: &context) { indices in
            let index = indices[indices.count / 2]
            guard classes[index] >= 0 else { return .clear }
            let sure = confidences.isEmpty ? 1 : confidences[index]
            return color(first + classes[index], theme, sure.isFinite ? min(max(sure, 0), 1) : 0)
        }
    }

    private func name(_ index: Int) -> String {
        names.indices.contains(index) ? names[index] : index < 0 ? "" : String(index)
    }

    /// Pale, so that points of the same color are seen on it; in 16 steps, so that neighbors merge.
    private func color(_ index: Int, _ theme: Theme, _ sure: Double) -> Drawing.Color {
        let steps = (sure * 16).rounded() / 16
        return theme.panel.mixed(
            with: theme.color(index), share: 0.08 + (theme == .light ? 0.27 : 0.34) * steps)
    }
}
