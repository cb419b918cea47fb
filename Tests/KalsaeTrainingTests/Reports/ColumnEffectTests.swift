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
}
