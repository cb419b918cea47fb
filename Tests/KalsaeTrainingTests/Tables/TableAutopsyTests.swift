import Foundation
import KalsaeData
import KalsaeSupport
import KalsaeTraining
import Testing

/// Numbers that are not finite in the learning of a table: what fails is told, examined and left out.
@Suite struct TableAutopsyTests {
    private let path = NSTemporaryDirectory() + "kalsae-table-\(UUID().uuidString).safetensors"

    /// A class by the first number; the second is ±3e38, near the largest of float32.
    private func data(values: Bool) throws -> LabeledData {
        var random = Philox(seed: 8, stream: 1)
        var features: [Float] = []
        for row in 0..<64 {
            features.append(Float(random.next(below: 200)) / 100 - 1)
            features.append(row % 3 == 0 ? -3e38 : 3e38)
        }
        let first = (0..<64).map { features[2 * $0] }
        return try LabeledData(
            features: .floats(features), featureShape: [2],
            targets: values
                ? .values(first.map { $0 * 400 }, scale: TargetScale(mean: 0, deviation: 1))
                : .classes(first.map { $0 > 0 ? 1 : 0 }, names: ["low", "high"]))
    }

    /// The linear model begins with weights of 0, and its gradient by the second number, the mean of
    /// (p - y) x with |p - y| = ½, is finite; what has a hidden layer gives 3e38 · w and more at once.
    @Test func whatHasNoFiniteLossIsLeftOut() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let data = try data(values: false)
        let learner = TableLearner(effort: .quick, seed: 2)
        var losses: [String: [Double]] = [:]
        let (whole, notices) = try Notice.collect {
            try learner.run(
                data, autopsyPath: path,
                onEpoch: { losses[$0.candidate, default: []].append($0.loss) })
        }
        #expect(whole.trials.map(\.name) == ["linear"] && !whole.isStopped)
        #expect(losses["linear"]?.allSatisfy(\.isFinite) == true)
        // Once weights are not finite there is nothing to wait for.
        #expect(losses["piecewise"]?.count == 1 && losses["piecewise"]?[0].isFinite == false)
        let told = try #require(notices.first { $0.contains("it is left out") })
        #expect(told.hasPrefix("the loss of piecewise in epoch 1 ("), "\(told)")
        #expect(told.contains("; more: kalsae autopsy \(path))"), "\(told)")
        let autopsy = try Autopsy(path: path)
        let report = try #require(try autopsy.examined())
        #expect(report == autopsy.report && report.epoch == 1)
        #expect(["nan", "inf", "-inf"].contains(report.value))
        #expect(report.operands.allSatisfy { $0.nan == 0 && $0.infinite == 0 }, "\(report)")
        #expect(told.contains(report.line))
        // Stopped in its first epoch, and gone on with.
        var seen = 0
        let stop = (losses["linear"]?.count ?? 0) + 1
        _ = try Notice.collect {
            try learner.run(
                data,
                onEpoch: { _ in
                    seen += 1
                    if seen == stop { throw TrainingStop("test") }
                }, onState: { state in if seen + 1 == stop { try state().save(to: path) } })
        }
        let (rest, more) = try Notice.collect {
            try learner.run(data, resuming: TableState(path: path))
        }
        #expect(rest.trials == whole.trials && rest.predictions == whole.predictions)
        #expect(more.contains { $0.contains("piecewise") })
    }

    @Test func withoutAnyFiniteLossItIsAnError() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let data = try data(values: true)
        let error = message {
            _ = try TableLearner(effort: .quick, seed: 2).run(data, autopsyPath: path)
        }
        #expect(
            error.hasPrefix(
                "training: expected a finite loss, got none of 2 kinds of models, linear in epoch 1 ("
            ),
            "\(error)")
        #expect(error.contains("more: kalsae autopsy \(path)"))
        #expect(try Autopsy(path: path).examined() != nil)
    }

    /// The error of what fails.
    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch { return (error as? KalsaeError)?.description ?? "\(error)" }
    }
}
