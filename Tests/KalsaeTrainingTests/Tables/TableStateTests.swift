import Foundation
import KalsaeData
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import KalsaeTraining
import Testing

/// The learning of a table that was stopped at an epoch and goes on from a file ends with the bits of
/// one that was not.
@Suite struct TableStateTests {
    private let path = NSTemporaryDirectory() + "kalsae-table-\(UUID().uuidString).state"

    private func data(rows: Int = 90, classes: Bool) throws -> LabeledData {
        var random = SampleGenerator(seed: 4)
        let features = (0..<(3 * rows)).map { _ in Float.random(in: -2...2, using: &random) }
        let values = (0..<rows).map { features[3 * $0] + features[3 * $0 + 1] }
        return try LabeledData(
            features: .floats(features), featureShape: [3],
            targets: classes
                ? .classes(values.map { $0 > 0 ? 1 : 0 }, names: ["low", "high"])
                : .values(values, scale: TargetScale(mean: 10, deviation: 2)))
    }

    private func bits(_ outcome: TableLearner.Outcome) throws -> [[UInt32]] {
        try outcome.model.tensors.map { try $0.tensor.values(Float.self).map(\.bitPattern) }
            + [outcome.predictions.map(\.bitPattern)]
    }

    /// In the first candidate, at its end, in the second, and at the very end.
    @Test(arguments: [true, false]) func theBitsAreThoseOfALearningThatWasNotStopped(
        _ classes: Bool
    ) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let data = try data(classes: classes)
        let learner = TableLearner(effort: .quick, seed: 2)
        var ends: [Int] = []
        var count = 0
        let whole = try learner.run(
            data,
            onEpoch: { epoch in
                count += 1
                if epoch.candidate == "linear" { ends = [count] }
            })
        let first = try #require(ends.first)
        for stop in [1, 7, first - 1, first, first + 1, first + 9, count] {
            var seen = 0
            let part = try learner.run(
                data,
                onEpoch: { _ in
                    seen += 1
                    if seen == stop { throw TrainingStop("test") }
                }, onState: { state in if seen + 1 == stop { try state().save(to: path) } })
            #expect(part.isStopped)
            let state = try TableState(path: path)
            #expect(state.epochs == stop)
            var after = 0
            let resumed = try learner.run(data, resuming: state, onEpoch: { _ in after += 1 })
            #expect(after == count - stop)
            #expect(resumed.trials == whole.trials && resumed.steps == whole.steps)
            #expect(try bits(resumed) == bits(whole))
        }
    }

    @Test func whatDoesNotFitIsRefused() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let learner = TableLearner(effort: .quick, seed: 2)
        let data = try data(classes: true)
        _ = try learner.run(
            data, onEpoch: { _ in throw TrainingStop() },
            onState: { try $0().save(to: path) })
        let state = try TableState(path: path)
        for (other, rows) in [
            (TableLearner(effort: .quick, seed: 3), data), (TableLearner(seed: 2), data),
            (learner, try self.data(rows: 91, classes: true)),
            (learner, try self.data(classes: false)),
        ] {
            let error = #expect(throws: KalsaeError.self) { try other.run(rows, resuming: state) }
            #expect(
                error.map { "\($0)".contains("table state") && !"\($0)".contains("\n") } == true)
        }
        try Weights.save(try learner.run(data).model, to: path)
        #expect(throws: KalsaeError.self) { try TableState(path: path) }
    }
}
