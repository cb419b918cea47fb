import KalsaeFiles
import KalsaeTraining

extension ColumnEffects.Importance {
    var json: JSONValue {
        [
            "column": .string(name), "increase": .number(increase),
            "deviation": .number(deviation),
        ]
    }
}

extension [ColumnEffects.Importance] {
    /// A line for each column.
    ///
    /// - Parameter metric: what increases.
    func lines(_ metric: String) -> [String] {
        var table = TextTable("\(metric) +", "±", "column, its cells shuffled")
        for column in self {
            table.add(column.increase.short, column.deviation.short, column.name.cut(to: 50))
        }
        return table.lines
    }
}

extension ColumnEffects.Dependence {
    /// More classes than this are not shown in text.
    private static let mostClasses = 4

    var json: JSONValue {
        let points = points.map { point -> JSONValue in
            let means: JSONValue =
                classNames.isEmpty
                ? .number(point.means.first ?? .nan)
                : .object(
                    zip(classNames, point.means).map { JSONValue.Member($0, .number($1)) })
            return ["cell": .string(point.cell), "mean": means]
        }
        return ["column": .string(name), "points": .array(points)]
    }

    /// A line for each cell; of two classes the second is shown, of more the first four.
    var lines: [String] {
        let names = classNames.isEmpty ? ["mean prediction"] : classNames
        let shown = names.count == 2 ? [1] : Array(names.indices.prefix(Self.mostClasses))
        let titles = shown.map { classNames.isEmpty ? names[$0] : "p(\(names[$0].cut(to: 10)))" }
        var table = TextTable(titles + [name.cut(to: 24)])
        for point in points {
            table.add(shown.map { point.means[$0].short } + [point.cell.cut(to: 24)])
        }
        return table.lines
    }
}
