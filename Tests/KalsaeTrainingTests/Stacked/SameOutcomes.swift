import KalsaeSupport
import KalsaeTraining
import Testing

/// Outcomes of runs in stacks against those of the same runs one by one.
enum SameOutcomes {
    private static func isClose(_ left: Double, _ right: Double, _ tolerance: Double) -> Bool {
        left == right || (left - right).magnitude <= tolerance * max(right.magnitude, 1e-3)
    }

    /// Compares with each other what must be equal, and numbers within a tolerance.
    ///
    /// A sum of at most 64 products in another order differs by some 64 · 2⁻²⁵ = 2e-6 of its terms at
    /// most, and each of the 21 steps adds to that.
    static func expect(
        _ stacked: [Result<TrainingRun.Outcome, KalsaeError>],
        _ alone: [Result<TrainingRun.Outcome, KalsaeError>], tolerance: Double = 2e-5,
        _ comment: Comment
    ) throws {
        #expect(stacked.count == alone.count, comment)
        for (stacked, alone) in zip(stacked, alone) {
            guard case .success(let alone) = alone, case .success(let stacked) = stacked else {
                guard case .failure(let expected) = alone, case .failure(let got) = stacked else {
                    Issue.record("one failed alone: \(stacked), \(alone)")
                    continue
                }
                #expect("\(got)" == "\(expected)", comment)
                continue
            }
            #expect(stacked.history.end == alone.history.end, comment)
            #expect(stacked.history.restoredEpoch == alone.history.restoredEpoch, comment)
            #expect(stacked.steps == alone.steps && stacked.parameters == alone.parameters, comment)
            #expect(stacked.history.epochs.count == alone.history.epochs.count, comment)
            for (got, expected) in zip(stacked.history.epochs, alone.history.epochs) {
                #expect(got.epoch == expected.epoch && got.steps == expected.steps, comment)
                #expect(got.learningRate == expected.learningRate, comment)
                #expect(isClose(got.loss, expected.loss, tolerance), comment)
                let (left, right) = try (#require(got.validation), #require(expected.validation))
                #expect(isClose(left.loss, right.loss, tolerance), comment)
                #expect(left.metrics.keys == right.metrics.keys, comment)
                for (metric, value) in right.metrics {
                    #expect(isClose(left.metrics[metric] ?? .nan, value, tolerance), comment)
                }
            }
            #expect(isClose(stacked.train.loss, alone.train.loss, tolerance), comment)
            #expect(isClose(stacked.validation.loss, alone.validation.loss, tolerance), comment)
            #expect(
                isClose(stacked.test?.loss ?? .nan, alone.test?.loss ?? .nan, tolerance), comment)
            for (got, expected) in [
                (NamedTensors(stacked.file.model), NamedTensors(alone.file.model)),
                (stacked.state.model, alone.state.model),
                (stacked.state.optimizer, alone.state.optimizer),
            ] {
                #expect(got.entries.map(\.name) == expected.entries.map(\.name), comment)
                for (got, expected) in zip(got.entries, expected.entries) {
                    #expect(got.tensor.type == expected.tensor.type, comment)
                    let values = try got.tensor.values(Double.self)
                    let others = try expected.tensor.values(Double.self)
                    let scale = others.map(\.magnitude).max() ?? 0
                    let worst = zip(values, others).map { ($0 - $1).magnitude }.max() ?? 0
                    #expect(worst <= tolerance * max(scale, 1e-6), "\(comment) \(got.name)")
                }
            }
            let (left, right) = (stacked.state.progress, alone.state.progress)
            #expect(left.optimizer == right.optimizer && left.seed == right.seed, comment)
            #expect(left.stepCount == right.stepCount, comment)
            #expect(left.epochsBegun == right.epochsBegun, comment)
            #expect(left.learningRate == right.learningRate, comment)
            #expect(left.fit?.position == right.fit?.position, comment)
            #expect(left.fit?.best.epoch == right.fit?.best.epoch, comment)
        }
    }
}
