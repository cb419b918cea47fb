import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

@Suite struct ReportTests {
    @Test func aMetricThatWasNotAskedForIsRefused() throws {
        let report = Report(loss: 0.5, metrics: [.accuracy: 0.75, .f1: 0.5])
        #expect(try report[.accuracy] == 0.75)
        #expect(report.metrics[.mae] == nil)
        let error = #expect(throws: KalsaeError.self) { try report[.mae] }
        #expect(
            error?.description
                == "report: expected accuracy, f1, got mae; pass it in metrics: to the trainer")
        let none = #expect(throws: KalsaeError.self) { try Report(loss: 0.5)[.mae] }
        #expect(none?.expected == "no metric")
    }

    @Test func aReportIsPrintedAsATable() {
        let report = Report(loss: 1.5e-5, metrics: [.accuracy: 0.9666666, .topK(3): 1])
        #expect(
            "\(report)" == """
                loss        1.500e-05
                accuracy    0.9667
                topK(k: 3)  1.0000
                """)
        #expect("\(Report(loss: .nan))" == "loss  nan")
    }

    private func epoch(_ number: Int, validation: Report?) -> EpochRecord {
        EpochRecord(
            epoch: number, steps: number * 8, loss: 1 / Double(number), validation: validation,
            learningRate: 0.01, seconds: 0.25)
    }

    @Test func aHistoryIsPrintedAsATable() {
        var history = History()
        history.epochs = [
            epoch(1, validation: Report(loss: 2, metrics: [.accuracy: 0.5])),
            epoch(2, validation: nil),
        ]
        (history.end, history.restoredEpoch) = (.earlyStopping, 1)
        #expect(
            "\(history)" == """
                epoch  steps    loss  val_loss  val_accuracy    rate  seconds
                    1      8  1.0000    2.0000        0.5000  0.0100     0.25
                    2     16  0.5000         -             -  0.0100     0.25
                stopped early, weights of epoch 1
                """)
    }

    @Test func aLongHistoryShowsItsEnds() {
        var history = History()
        history.epochs = (1...200).map { epoch($0, validation: nil) }
        history.end = .stopped(reason: "enough")
        let lines = "\(history)".split(separator: "\n")
        #expect(lines.count == 1 + 10 + 1 + 10 + 1)
        #expect(lines[0] == "epoch  steps    loss    rate  seconds")
        #expect(lines[11] == "… 180 more …")
        #expect(lines[12].hasPrefix("  191"))
        #expect(lines[22] == "stopped: enough")
        history.epochs = Array(history.epochs.prefix(20))
        #expect("\(history)".split(separator: "\n").count == 1 + 20 + 1)
    }

    /// Other data compile once; the same data, and a model with other weights, do not.
    @Test func evaluatingAgainCompilesNothing() throws {
        let data = try Dataset(.ones([10, 2]), .zeros([10], dtype: .int32))
        let evaluator = try Evaluator(
            withSeed(1) { Sequential(Dense(2, 2)) }, loss: .softmaxCrossEntropy,
            metrics: [.accuracy])
        let first = try evaluator.evaluate(data, batch: 5)
        evaluator.model = withSeed(2) { Sequential(Dense(2, 2)) }
        try evaluator.model.evaluate()
        let counted = try Counters.measure { try evaluator.evaluate(data, batch: 5) }
        #expect(counted.counts.plansCompiled == 0)
        #expect(counted.result.loss != first.loss)
    }
}
