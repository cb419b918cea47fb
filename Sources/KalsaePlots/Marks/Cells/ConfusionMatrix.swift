import KalsaeSupport

/// How often each true class, a row, was predicted as each class, a column. Colors show shares of
/// rows; cells that are large enough hold the count and the share.
public struct ConfusionMatrix: Codable, Equatable, Sendable {
    /// The names of the classes.
    public var names: [String]
    /// Counts, row by row: true class times predicted class.
    public var counts: [Int]

    /// Makes a matrix of known counts.
    public init(names: [String], counts: [Int]) {
        self.names = names
        self.counts = counts
    }

    /// Counts pairs of true and predicted classes.
    ///
    /// - Throws: a `KalsaeError` for lists of different lengths, and for classes without a name.
    public init(names: [String], truth: [Int], predicted: [Int]) throws(KalsaeError) {
        try checkCounts(
            "confusion matrix", ("true classes", truth.count),
            ("predicted classes", predicted.count))
        var counts = [Int](repeating: 0, count: names.count * names.count)
        for (row, column) in zip(truth, predicted) {
            for value in [row, column] where !names.indices.contains(value) {
                throw KalsaeError(
                    "confusion matrix", expected: "classes from 0 to \(names.count - 1)",
                    got: "\(value)")
            }
            counts[row * names.count + column] += 1
        }
        self.init(names: names, counts: counts)
    }

    /// The part of a true class that was predicted as another; NaN for a class without rows
    /// or without counts.
    public func share(row: Int, column: Int) -> Double {
        guard names.indices.contains(row), names.indices.contains(column),
            counts.count == names.count * names.count
        else { return .nan }
        let total = counts[(row * names.count)..<((row + 1) * names.count)].reduce(0.0) {
            $0 + Double($1)
        }
        return Double(counts[row * names.count + column]) / total
    }
}

extension ConfusionMatrix: MarkContent {
    var needs: MarkNeeds {
        var needs = MarkNeeds()
        (needs.xNames, needs.yNames) = (names, names)
        needs.x = HeatMap.extent(nil, count: names.count)
        needs.y = needs.x
        (needs.fillsFrame, needs.isDown) = (true, true)
        return needs
    }

    var colorCount: Int { 0 }

    var summary: String {
        let right = names.indices.reduce(0.0) { $0 + Double(counts[$1 * names.count + $1]) }
        let total = counts.reduce(0.0) { $0 + Double($1) }
        let share = total > 0 ? ", \(Self.percent(right / total)) right" : ""
        return "confusion matrix of \(names.count) classes\(share)"
    }

    /// Where cells are too small for words, colors alone tell.
    func colorBar(theme: Theme) -> ColorBar? { names.count > 20 ? shareColors(theme) : nil }

    private func shareColors(_ theme: Theme) -> ColorBar {
        let strong = theme.color(0)
        let colors = (0...64).map { theme.panel.mixed(with: strong, share: Double($0) / 64) }
        return ColorBar(
            colors: colors, range: AxisMap(scale: .linear, low: 0, high: 1), label: "")
    }

    var table: DataTable {
        var table = DataTable(columns: ["true", "predicted", "count", "share"])
        for row in names.indices {
            for column in names.indices {
                table.rows.append([
                    names[row], names[column], String(counts[row * names.count + column]),
                    DataTable.text(share(row: row, column: column)),
                ])
            }
        }
        return table
    }

    func check() throws(KalsaeError) {
        try CellGrid.check(
            "confusion matrix", rows: names.count, columns: names.count, count: counts.count)
        if let least = counts.min(), least < 0 {
            throw KalsaeError("confusion matrix", expected: "counts of 0 and more", got: "\(least)")
        }
    }

    func draw(in context: inout PanelContext) {
        let size = names.count
        guard size > 0 else { return }
        let bar = shareColors(context.theme)
        let grid = CellGrid(rows: size, columns: size, of: needs, in: context)
        let totals = (0..<size).map { row in
            counts[(row * size)..<((row + 1) * size)].reduce(0.0) { $0 + Double($1) }
        }
        grid.drawImage(in: &context) { indices in
            // Of cells that share a pixel, the strongest is seen.
            let shares = indices.map { Double(counts[$0]) / totals[$0 / size] }
            return bar.color(shares.filter(\.isFinite).max() ?? 0)
        }
        guard size <= 60 else { return }
        for row in 0..<size {
            for column in 0..<size {
                let count = counts[row * size + column]
                let share = totals[row] > 0 ? Double(count) / totals[row] : 0
                // Zeros would hide what is not 0.
                let isFaint = count == 0
                let ground = bar.color(share)
                grid.drawText(
                    isFaint ? ["0"] : [NumberText.count(count), Self.percent(share)], row: row,
                    column: column,
                    color: isFaint ? context.theme.muted : ground.readableInk, in: &context)
            }
        }
    }

    private static func percent(_ share: Double) -> String {
        NumberText.plain(Int((share * 1000).rounded()), exponent: -1) + "%"
    }
}
