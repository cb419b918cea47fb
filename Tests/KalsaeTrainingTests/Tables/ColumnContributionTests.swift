import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTesting
import KalsaeTraining
import Testing

@Suite struct ColumnContributionTests {
    /// A table of two numbers and a word, with the target a · b + 2 [c = y].
    private func table(rows: Int) throws -> Table {
        var random = SampleGenerator(seed: 8)
        var text = "a,b,c,t\n"
        for row in 0..<rows {
            let (a, b) = (
                Double.random(in: -2...2, using: &random), Double.random(in: -2...2, using: &random)
            )
            text += "\(a),\(b),\(row % 3 == 0 ? "y" : "x"),\(a * b + (row % 3 == 0 ? 2 : 0))\n"
        }
        return Table(try CSV(Array(text.utf8)))
    }

    private func predictor(rows: Int = 300) throws -> Predictor {
        let data = try DataParts(
            table(rows: rows), name: "t", target: "t",
            fractions: .init(validation: 0, test: 0), seed: 0)
        let outcome = try TableRun(TableLearner(effort: .quick, seed: 1), data: data).run()
        return try Predictor(outcome.file)
    }

    /// A file of some rows, without the target.
    private func file(_ rows: [String]) throws -> String {
        let path = NSTemporaryDirectory() + "kalsae-rows-\(UUID().uuidString).csv"
        try Data(("a,b,c\n" + rows.joined(separator: "\n") + "\n").utf8)
            .write(to: URL(fileURLWithPath: path))
        return path
    }

    private func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

    private func values(_ predictor: Predictor, _ path: String) throws -> [Double] {
        guard case .values(let values) = try predictor.predict(file: path) else { return [] }
        return values
    }

    private func inputs(_ predictor: Predictor, _ path: String) throws -> [Float] {
        let encoder = try #require(predictor.metadata.encoder)
        return try encoder.features(of: encoder.readTable(path: path))
    }

    /// Of a background of one row twice the orders are each other's reverse: Shapley's values of two
    /// players, where the third is the same in both.
    @Test func twoColumnsThatAct() throws {
        let predictor = try predictor()
        let background = try file(["-1,0.5,x", "-1,0.5,x"])
        defer { remove(background) }
        let contributions = try predictor.contributions(background: background)
        #expect(contributions.names == ["a", "b", "c"])
        // Targets of all pairs of cells: ours, and those of the background.
        let both = try file(["1.5,-1.2,x", "1.5,0.5,x", "-1,-1.2,x", "-1,0.5,x"])
        defer { remove(both) }
        let (all, features) = (
            try values(predictor, both), try inputs(predictor, both)
        )
        let row = try #require(
            try contributions(of: Array(features.prefix(features.count / 4))).first)
        let first = ((all[1] - all[3]) + (all[0] - all[2])) / 2
        let second = ((all[2] - all[3]) + (all[0] - all[1])) / 2
        // Rounding of float32 outputs of size 1, of one block of rows or another.
        let bound = 1e-5
        #expect(abs(row.base - all[3]) < bound)
        #expect(abs(row.columns[0] - first) < bound, "\(row), \(all)")
        #expect(abs(row.columns[1] - second) < bound)
        #expect(abs(row.columns[2]) < bound)
        // What acts does: a product of 1.5 and -1.2 beside -1 and 0.5.
        #expect(abs(first) > 0.3 && abs(second) > 0.3, "\(all)")
    }

    @Test func theyAddUpToThePrediction() throws {
        let predictor = try predictor()
        let rows = (0..<90).map {
            "\(Double($0 % 7) / 2 - 1.5),\(Double($0 % 5) / 2 - 1),\($0 % 3 == 0 ? "y" : "x")"
        }
        let path = try file(rows)
        defer { remove(path) }
        let contributions = try predictor.contributions(background: path)
        let (own, features) = (try values(predictor, path), try inputs(predictor, path))
        let explained = try contributions(of: features)
        #expect(explained.count == 90)
        let bases = Set(explained.map(\.base))
        #expect(bases.count == 1)
        for (row, value) in zip(explained, own) {
            #expect(abs(row.base + row.columns.reduce(0, +) - value) < 1e-4)
        }
        // The mean of the predictions of 45 to 64 rows among them.
        let mean = own.reduce(0, +) / 90
        #expect(abs((bases.first ?? 0) - mean) < 0.5)
        // The same again: orders are those of the seed.
        #expect(try predictor.contributions(background: path)(of: features) == explained)
    }

    @Test func aFileThatDoesNotFitIsRefused() throws {
        let predictor = try predictor()
        let none = try file([])
        defer { remove(none) }
        #expect(throws: KalsaeError.self) { try predictor.contributions(background: none) }
    }
}
