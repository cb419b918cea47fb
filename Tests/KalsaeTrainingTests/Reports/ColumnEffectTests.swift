import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTesting
import KalsaeTraining
import Testing

/// What columns do, on tables whose rule is known.
@Suite struct ColumnEffectTests {
    /// y = 10 a + 40 for color red + nothing for b; `kind` is whether a is above 5.
    private func effects(target: String) throws -> ColumnEffects {
        var random = SampleGenerator(seed: 9)
        var text = "a,b,color,y\n"
        for _ in 0..<400 {
            let a = Double.random(in: 0...10, using: &random)
            let b = Double.random(in: 0...10, using: &random)
            let color = ["red", "green", "blue"][Int.random(in: 0..<3, using: &random)]
            let value = 10 * a + (color == "red" ? 40 : 0)
            let cell = target == "class" ? (a > 5 ? "high" : "low") : "\(value)"
            text += "\(a),\(b),\(color),\(cell)\n"
        }
        let table = Table(try CSV(Array(text.utf8), header: .present))
        let parts = try DataParts(
            table, name: "t", target: "y", fractions: .init(validation: 0, test: 0), seed: 0)
        let outcome = try TableRun(TableLearner(effort: .quick), data: parts).run()
        let path = NSTemporaryDirectory() + "kalsae-\(UUID().uuidString).csv"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try Predictor(outcome.file).effects(of: path)
    }

    @Test func ofNumbers() throws {
        let effects = try effects(target: "number")
        let columns = try effects.importance(repeats: 4)
        #expect(columns.map(\.name) == ["a", "color", "b"])
        // A shuffle of a adds errors of 10 (a - a'), whose root of the mean square is 10 · 10 / √6;
        // for color 40 at 4 of 9 rows.
        #expect(abs(columns[0].increase - 40.8) < 6)
        #expect(abs(columns[1].increase - 40 * (4.0 / 9).squareRoot()) < 5)
        #expect(abs(columns[2].increase) < 1.5)
        #expect(columns[0].deviation > 0 && columns[0].deviation < 5)
        #expect(try effects.importance(repeats: 4) == columns)
        let line = try effects.dependence(on: "a")
        #expect(line.points.count == 10 && line.classNames.isEmpty)
        for point in line.points {
            // The mean over the colors adds a third of 40, give or take their shares.
            let expected = 10 * (Double(point.cell) ?? -99) + 40.0 / 3
            #expect(abs((point.means.first ?? 0) - expected) < 7, "\(point)")
        }
        let colors = try effects.dependence(on: "color", most: 2)
        #expect(colors.points.count == 2)
        let all = try effects.dependence(on: "color")
        let means = Dictionary(uniqueKeysWithValues: all.points.map { ($0.cell, $0.means[0]) })
        #expect(abs((means["red"] ?? 0) - (means["blue"] ?? 0) - 40) < 6)
        let error = #expect(throws: KalsaeError.self) { try effects.dependence(on: "colour") }
        #expect(error?.advice == "did you mean \"color\"?")
    }

    @Test func ofClasses() throws {
        let effects = try effects(target: "class")
        let columns = try effects.importance()
        #expect(columns[0].name == "a" && columns[0].increase > 0.3)
        #expect(abs(columns[1].increase) < 0.1)
        let line = try effects.dependence(on: "a", most: 5)
        #expect(line.classNames == ["high", "low"])
        #expect(line.points.allSatisfy { abs($0.means.reduce(0, +) - 1) < 1e-4 })
        #expect((line.points.first?.means[0] ?? 1) < 0.1)
        #expect((line.points.last?.means[0] ?? 0) > 0.9)
    }

    /// A date becomes several features, which change together: y = 100 × the year since 2000.
    @Test func aColumnOfSeveralFeaturesIsOne() throws {
        var random = SampleGenerator(seed: 5)
        var text = "day,b,y\n"
        for _ in 0..<300 {
            let year = Int.random(in: 0...9, using: &random)
            let (month, day) = (
                Int.random(in: 10...12, using: &random), Int.random(in: 10...28, using: &random)
            )
            let b = Double.random(in: 0...1, using: &random)
            text += "200\(year)-\(month)-\(day),\(b),\(100 * year)\n"
        }
        let table = Table(try CSV(Array(text.utf8), header: .present))
        var options = TableOptions()
        options.task = .regression
        let parts = try DataParts(
            table, name: "t", target: "y", options: options,
            fractions: .init(validation: 0, test: 0), seed: 0)
        let outcome = try TableRun(TableLearner(effort: .quick), data: parts).run()
        let path = NSTemporaryDirectory() + "kalsae-\(UUID().uuidString).csv"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let effects = try Predictor(outcome.file).effects(of: path)
        #expect(effects.names.sorted() == ["b", "day"])
        let columns = try effects.importance()
        #expect(columns.map(\.name) == ["day", "b"])
        // A shuffle of ten years adds errors of 100 · √(2 · 99 / 12).
        #expect(abs(columns[0].increase - 100 * (2 * 99.0 / 12).squareRoot()) < 60)
    }

    /// Of many rows about as many as are looked at are kept, from all over the file.
    @Test func rowsOfALongFileAreSpread() throws {
        var text = "a,y\n"
        for row in 0..<23_000 { text += "\(row),\(row % 5 == 0 ? row / 2 : row / 2 + 1)\n" }
        let head = text.split(separator: "\n").prefix(400).joined(separator: "\n")
        let table = Table(try CSV(Array(head.utf8), header: .present))
        var options = TableOptions()
        options.roles = ["a": .number]
        let parts = try DataParts(
            table, name: "t", target: "y", options: options,
            fractions: .init(validation: 0, test: 0), seed: 0)
        let outcome = try TableRun(TableLearner(effort: .quick), data: parts).run()
        let path = NSTemporaryDirectory() + "kalsae-\(UUID().uuidString).csv"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let effects = try Predictor(outcome.file).effects(of: path)
        let cells = try effects.dependence(on: "a").points.compactMap { Double($0.cell) }
        try #require(cells.count == 10)
        for (index, cell) in cells.enumerated() {
            #expect(abs(cell - Double(index) * 23_000 / 9) < 60, "\(cells)")
        }
    }
}
