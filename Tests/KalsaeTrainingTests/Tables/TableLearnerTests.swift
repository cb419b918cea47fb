import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import KalsaeTraining
import Testing

@Suite struct TableLearnerTests {
    /// Rows of three numbers; the target is a step of one and a product of the others.
    private func data(rows: Int, classes: Bool) throws -> LabeledData {
        var random = SampleGenerator(seed: 4)
        var features: [Float] = []
        var values: [Float] = []
        for _ in 0..<rows {
            let row = (0..<3).map { _ in Float.random(in: -2...2, using: &random) }
            features += row
            let noise = Float.random(in: -0.05...0.05, using: &random)
            values.append((row[0] > 0.3 ? 1 : -1) + row[1] * row[2] + noise)
        }
        let targets: LabeledData.Targets =
            classes
            ? .classes(values.map { $0 > 0 ? 1 : 0 }, names: ["low", "high"])
            : .values(values, scale: TargetScale(mean: 10, deviation: 2))
        return try LabeledData(features: .floats(features), featureShape: [3], targets: targets)
    }

    @Test(arguments: [true, false]) func learnsWhatIsThere(_ classes: Bool) throws {
        let data = try data(rows: 400, classes: classes)
        let outcome = try TableLearner(effort: .quick, seed: 1).run(data)
        #expect(outcome.trials.map(\.name) == ["linear", "piecewise"])
        #expect(outcome.rows == Array(0..<400))
        #expect(abs(outcome.trials.reduce(0) { $0 + $1.weight } - 1) < 1e-9)
        // A product of two inputs is nothing that a linear model could learn.
        #expect(outcome.trials[1].loss < 0.6 * outcome.trials[0].loss)
        let width = classes ? 2 : 1
        #expect(outcome.predictions.count == 400 * width)
        if classes {
            let sums = stride(from: 0, to: 800, by: 2).map {
                outcome.predictions[$0] + outcome.predictions[$0 + 1]
            }
            #expect(sums.allSatisfy { abs($0 - 1) < 1e-5 })
        }
        #expect(outcome.model.outputShape == [width])
    }

    /// A target that rises with time: members that saw old rows alone would stay behind.
    @Test func rowsByTimeAreAllLearned() throws {
        var random = SampleGenerator(seed: 6)
        var (features, values): ([Float], [Float]) = ([], [])
        for row in 0..<500 {
            let (time, x) = (Float(row) / 250 - 1, Float.random(in: -1...1, using: &random))
            features += [time, x]
            values.append(1.5 * time + 0.5 * x + Float.random(in: -0.1...0.1, using: &random))
        }
        let data = try LabeledData(
            features: .floats(features), featureShape: [2],
            targets: .values(values, scale: TargetScale(mean: 0, deviation: 1))
        ).marked(weights: nil, groups: nil, times: (0..<500).map(Double.init))
        let outcome = try TableLearner(effort: .quick, seed: 1).run(data)
        #expect(outcome.folds.count == 4 && outcome.rows == Array(100..<500))
        let newest = Tensor(Array(features[900...])).reshaped(to: [50, 2])
        let predicted = try outcome.model(newest).values(Float.self)
        let differences = zip(predicted, values[450...]).map { $0 - $1 }
        let bias = differences.reduce(0, +) / 50
        // The noise has a deviation of .06; rows of the four oldest fifths lie 1.3 lower.
        #expect(abs(bias) < 0.1, "\(bias)")
    }

    @Test func theSameSeedGivesTheSameBits() throws {
        let data = try data(rows: 120, classes: true)
        let first = try TableLearner(effort: .quick, seed: 3).run(data)
        let second = try TableLearner(effort: .quick, seed: 3).run(data)
        #expect(first.trials == second.trials)
        #expect(first.predictions == second.predictions)
        for (a, b) in zip(first.model.tensors, second.model.tensors) {
            #expect(try a.tensor.values(Float.self) == b.tensor.values(Float.self))
        }
        let other = try TableLearner(effort: .quick, seed: 4).run(data)
        #expect(other.predictions != first.predictions)
    }

    /// What is reported of rows is no better than chance where there is nothing to learn.
    @Test func noiseIsReportedAsNoise() throws {
        var random = SampleGenerator(seed: 8)
        let features = (0..<600).map { _ in Float.random(in: 0...1, using: &random) }
        let labels = (0..<200).map { _ in Int32.random(in: 0...1, using: &random) }
        let data = try LabeledData(
            features: .floats(features), featureShape: [3],
            targets: .classes(labels, names: ["a", "b"]))
        let outcome = try TableLearner(effort: .quick, seed: 0).run(data)
        let right = labels.indices.count {
            (outcome.predictions[2 * $0 + 1] > 0.5) == (labels[$0] == 1)
        }
        // Half of 200, give or take four deviations of √50.
        #expect((72...128).contains(right))
    }

    @Test func valuesStayInTheRangeOfTheTargets() throws {
        let data = try data(rows: 150, classes: false)
        guard case .values(let targets, _) = data.targets else { return }
        let outcome = try TableLearner(effort: .quick, seed: 1).run(data)
        let far = Tensor([Float(1e6), -1e6, 1e6, 50, 50, 50]).reshaped(to: [2, 3])
        let values = try outcome.model(far).values(Float.self)
        let (low, high) = (targets.min() ?? 0, targets.max() ?? 0)
        #expect(values.count == 2)
        #expect(values.allSatisfy { $0 >= low - 1e-4 && $0 <= high + 1e-4 })
    }

    @Test func aModelPredictsWhatItsFilePredicts() throws {
        let rows = (0..<60).map { "\($0 % 7),\($0 % 5),\($0 % 7 > 3)\n" }
        let text = "a,b,kind\n" + rows.joined()
        let table = Table(try CSV(Array(text.utf8), header: .present))
        let parts = try DataParts(
            table, name: "t", target: "kind", fractions: .init(validation: 0, test: 0), seed: 0)
        let outcome = try TableRun(TableLearner(effort: .quick), data: parts).run()
        #expect(outcome.test == nil)
        #expect(outcome.rows == 60)
        #expect((outcome.validation.metrics[.accuracy] ?? 0) > 0.9)
        let path = NSTemporaryDirectory() + "kalsae-table-\(UUID().uuidString).safetensors"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try outcome.file.save(to: path)
        let (kept, read) = (try Predictor(outcome.file), try Predictor(path: path))
        guard case .classes(let first, let p) = try kept.predict(rows: [0, 1, 2, 3]),
            case .classes(let second, let q) = try read.predict(rows: [0, 1, 2, 3])
        else {
            Issue.record("expected classes")
            return
        }
        #expect(first == second)
        #expect(p == q)
    }

    /// The linear members beside the average, by formulas of their own.
    @Test(arguments: [true, false]) func aLinearModelIsReportedBeside(_ classes: Bool) throws {
        var random = SampleGenerator(seed: 6)
        var text = "a,b,kind\n"
        for _ in 0..<200 {
            let (a, b) = (
                Double.random(in: -2...2, using: &random),
                Double.random(in: -2...2, using: &random)
            )
            let value = a * b + 0.3 * a
            text += "\(a),\(b),\(classes ? (value > 0 ? "yes" : "no") : "\(100 + 5 * value)")\n"
        }
        let parts = try DataParts(
            Table(try CSV(Array(text.utf8), header: .present)), name: "t", target: "kind",
            fractions: .init(validation: 0, test: 0.2), seed: 0)
        let run = TableRun(TableLearner(effort: .quick), data: parts)
        let outcome = try run.run()
        let learned = try run.learner.run(parts.train)
        let linear = try #require(learned.linear)
        let held: [Float] = try linear.model(Dataset(parts.test).features).values()
        for (report, data, outputs) in [
            (outcome.validation, try parts.train.rows(learned.rows), linear.predictions),
            (try #require(outcome.test), parts.test, held),
        ] {
            switch data.targets {
            case .classes(let actual, _):
                // Probabilities of the members, or their logarithms from the model.
                let isLog = outputs.contains { $0 < 0 }
                let own = outputs.map { isLog ? exp(Double($0)) : Double($0) }
                let right = actual.indices.map { own[2 * $0 + Int(actual[$0])] }
                let found = try #require(report.classes?.linear)
                let count = Double(actual.count)
                #expect(found.accuracy == Double(right.count { $0 > 0.5 }) / count)
                #expect(abs(found.logLoss + right.map { log($0) }.reduce(0, +) / count) < 1e-5)
                #expect(found.logLoss > (report.classes?.logLoss ?? 9) + 0.1)
            case .values(let actual, let scale):
                let errors = zip(outputs, actual).map { Double($0 - $1) * scale.deviation }
                let found = try #require(report.values?.linear)
                let square = errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)
                #expect(abs(found.rmse / square.squareRoot() - 1) < 1e-5)
                let mae = errors.reduce(0) { $0 + abs($1) } / Double(errors.count)
                #expect(abs(found.mae / mae - 1) < 1e-5)
                #expect(found.rmse > 1.5 * (report.values?.rmse ?? 9))
            }
        }
        // It is the loss that stands in the list of what was tried.
        let rmse = outcome.validation.values?.linear?.rmse ?? 0
        let loss = outcome.validation.classes?.linear?.logLoss ?? rmse * rmse
        #expect(abs(loss / outcome.trials[0].loss - 1) < 1e-5)
    }

    /// The parts of a table in CSV text, all of whose rows are learned.
    private func parts(
        _ text: String, _ change: (inout TableOptions) -> Void
    ) throws -> DataParts {
        var options = TableOptions()
        change(&options)
        return try DataParts(
            Table(try CSV(Array(text.utf8), header: .present)), name: "t", target: "kind",
            options: options, fractions: .init(validation: 0, test: 0), seed: 0)
    }

    /// Rows of a group are alike, and its class is a toss: who saw one of them knows the others.
    @Test func groupsAreNotTornApart() throws {
        var random = SampleGenerator(seed: 2)
        var text = "x,y,z,group,kind\n"
        for group in 0..<40 {
            let row = (0..<3).map { _ in "\(Float.random(in: 0...1, using: &random))" }
            let kind = Bool.random(using: &random) ? "a" : "b"
            for _ in 0..<6 { text += row.joined(separator: ",") + ",g\(group),\(kind)\n" }
        }
        let torn = try TableRun(
            TableLearner(effort: .quick), data: try parts(text) { $0.drop = ["group"] }
        ).run()
        #expect((torn.validation.metrics[.accuracy] ?? 0) > 0.9)
        let whole = try TableRun(
            TableLearner(effort: .quick), data: try parts(text) { $0.group = "group" }
        ).run()
        // Half of 40 groups, give or take four deviations of √10.
        #expect((0.18...0.82).contains(whole.validation.metrics[.accuracy] ?? 0))
    }

    /// Rows that do not count decide nothing: neither weights nor the epoch.
    @Test func rowsCountByTheirWeights() throws {
        var text = "x,weight,kind\n"
        for row in 0..<240 {
            let isRight = row % 2 == 0
            let x = Double(row / 2) / 60 - 1
            text += "\(x),\(isRight ? 1 : 0),\((x > 0) == isRight ? "a" : "b")\n"
        }
        let learner = TableLearner(effort: .quick)
        let weighted = try learner.run(try parts(text) { $0.weight = "weight" }.train)
        let alike = try learner.run(try parts(text) { $0.drop = ["weight"] }.train)
        // Of rows that contradict each other nothing can be learned: log 2.
        #expect(alike.trials.allSatisfy { $0.loss > 0.65 })
        #expect(weighted.trials.allSatisfy { $0.loss < 0.3 })
    }

    @Test func refusesTooFewRows() throws {
        let data = try data(rows: 3, classes: false)
        #expect(throws: KalsaeError.self) { try TableLearner().run(data) }
    }

    @Test func aTaskThatIsCancelledEnds() async throws {
        let data = try data(rows: 200, classes: true)
        let task = Task {
            try TableLearner(effort: .best).run(data) { _ in
                withUnsafeCurrentTask { $0?.cancel() }
            }
        }
        await #expect(throws: CancellationError.self) { _ = try await task.value }
    }
}
