import KalsaeBackend
import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// Trains the members of a stack, one step of all at a time.
///
/// All members have batches of the same sizes, so that their epochs end together. One that has ended
/// stays in the stack, unheeded, until half of the stack has ended; then the others are stacked anew.
final class StackedLoop {
    typealias OnStep = (Int, StepRecord) throws -> Void
    typealias OnEpoch = (Int, EpochRecord) throws -> Bool

    /// What came of each run.
    private(set) var results: [Int: Result<TrainedNetwork, KalsaeError>] = [:]
    private let runs: [TrainingRun]
    private let onStep: OnStep?
    private let onEpoch: OnEpoch?
    private let loss: Loss
    private let metrics: [Metric]
    private let shared: [Tensor]
    private let validation: DatasetBatches
    /// The structure of a network.
    private let single: Sequential
    /// The members by their number in the stack; nil for one that has ended.
    private var members: [StackMember?] = []
    private var step: StackedStep<Sequential>?
    private var evaluation: StackedEvaluation?
    private var rows: [Int: HostTensor<Int32>] = [:]
    private var losses: [Float] = []
    private var weights: [Float] = []

    init(_ runs: [TrainingRun], onStep: OnStep?, onEpoch: OnEpoch?) throws {
        (self.runs, self.onStep, self.onEpoch) = (runs, onStep, onEpoch)
        let (train, validation, _) = try runs[0].weightedParts()
        (loss, metrics) = (runs[0].data.train.targets.loss, runs[0].metrics)
        single = runs[0].model.labeled()
        self.validation = validation.batches(of: EvaluationBatch.rows)
        let scale = Tensor([Float(train.featureScale)])
        try scale.evaluate()
        shared = [train.features, train.targets, scale] + (train.weights.map { [$0] } ?? [])
        let evaluator = try Evaluator(single, loss: loss, metrics: metrics)
        for part in [train.batches(of: 1000), self.validation] { try evaluator.checkMetrics(part) }
        let last = runs[0].fitOptions(validation: validation)
            .joiningSingleRow(of: train, for: single, seed: runs[0].recipe.seed).lastBatch
        var begun: [StackMember] = []
        for (index, run) in runs.enumerated() {
            var options = run.fitOptions(validation: validation)
            options.lastBatch = last
            do {
                begun.append(try StackMember(index, run, options, train))
            } catch let error as KalsaeError {
                results[index] = .failure(error)
            }
        }
        guard !begun.isEmpty else { return }
        let models = try begun.map { runs[$0.index].model.labeled() }.stacked()
        let memory = try begun.map {
            OptimizerState(for: runs[$0.index].model, $0.optimizer)
        }.stacked()
        try models.evaluate()
        try memory.evaluate()
        try stack(begun, models, memory, count: 0)
    }

    /// Takes the next step of all members, or ends their epoch; false once all have ended.
    func advance() throws -> Bool {
        guard let step, members.contains(where: { $0 != nil }) else { return false }
        try Task.checkCancellation()
        do {
            if let batch = try nextBatch() {
                try takeStep(step, batch)
            } else {
                try endEpoch(step)
            }
        } catch let stop as TrainingStop {
            for slot in members.indices { try end(slot, step, stop) }
        }
        return true
    }

    // MARK: - Steps

    /// The rows of the next step of all members; nil at the end of the epoch, which is the same for
    /// all.
    private func nextBatch() throws -> HostTensor<Int32>? {
        var batch: HostTensor<Int32>?
        for (slot, member) in members.enumerated() {
            guard let member else { continue }
            member.openEpoch()
            guard let own = member.nextRows() else { continue }
            let tensor = try batch ?? rowTensor(own.count)
            batch = tensor
            guard tensor.count == own.count * members.count else {
                throw KalsaeError(
                    "stack", expected: "batches of \(tensor.count / members.count) rows",
                    got: "\(own.count)")
            }
            _ = UnsafeMutableBufferPointer(
                rebasing: tensor.values[(slot * own.count)..<((slot + 1) * own.count)]
            ).update(fromContentsOf: own)
        }
        return batch
    }

    private func takeStep(
        _ step: StackedStep<Sequential>, _ batch: HostTensor<Int32>
    ) throws {
        for (slot, member) in members.enumerated() {
            guard let member else { continue }
            member.prepareStep()
            step.optimizers[slot] = member.optimizer
        }
        try step.run([batch.tensor])
        try step.read(losses: &losses, weights: &weights)
        ComputeThread.shared.runWaitingCalls()
        let count = Double(batch.count / members.count)
        for (slot, member) in members.enumerated() {
            guard let member else { continue }
            let loss = Double(losses[slot])
            do throws(KalsaeError) {
                try member.note(
                    loss: loss, weight: weights.isEmpty ? count : Double(weights[slot]))
            } catch {
                fail(slot, error)
                continue
            }
            try onStep?(member.index, member.record(loss: loss))
        }
    }

    /// The room for batches of so many rows a member: an epoch has at most two sizes.
    private func rowTensor(_ count: Int) throws(KalsaeError) -> HostTensor<Int32> {
        if let known = rows[count] { return known }
        let tensor = try HostTensor<Int32>(count: count * members.count)
        rows[count] = tensor
        return tensor
    }

    // MARK: - Epochs

    private func endEpoch(_ step: StackedStep<Sequential>) throws {
        guard let evaluation else { return }
        let reports = try evaluation.reports(step.models, count: members.count)
        for (slot, member) in members.enumerated() {
            guard let member else { continue }
            let ended: (record: EpochRecord, isBest: Bool)
            do throws(KalsaeError) {
                ended = try member.endEpoch(reports[slot])
            } catch {
                fail(slot, error)
                continue
            }
            if ended.isBest { member.best = try step.models.copied(member: slot, into: single) }
            let goesOn = try onEpoch?(member.index, ended.record) ?? true
            if !goesOn {
                try end(slot, step, TrainingStop())
            } else if member.isComplete {
                try end(slot, step, nil)
            }
        }
        try compact(step)
    }

    /// Stacks anew the members that go on, once they are at most half of the stack.
    private func compact(_ step: StackedStep<Sequential>) throws {
        let live = members.indices.filter { members[$0] != nil }
        guard !live.isEmpty, 2 * live.count <= members.count else { return }
        let models = try step.models.copied(members: live)
        let memory = try step.optimizerState.copied(members: live)
        try stack(live.compactMap { members[$0] }, models, memory, count: step.count)
    }

    private func stack(
        _ members: [StackMember], _ models: Sequential, _ memory: OptimizerState, count: Int
    ) throws {
        self.members = members
        rows = [:]
        weights = []
        let loss = loss
        let hasWeights = shared.count > 3
        step = try StackedStep(
            models, memory, count: count, optimizers: members.map(\.optimizer),
            sources: members.map { .init(seed: runs[$0.index].recipe.seed) }, shared: shared
        ) { model, inputs in
            let (features, targets, scale) = (inputs[0], inputs[1], inputs[2])
            let weights = hasWeights ? [inputs[3]] : []
            let (x, y, own) = BatchInputs.prepared(
                [features, targets, inputs[inputs.count - 1], scale] + weights)
            return loss.mean(model(x), y, weights: own)
        }
        evaluation = try StackedEvaluation(models, loss: loss, metrics: metrics, validation)
    }

    // MARK: - Ends

    /// Keeps what became of a member and lets go of it.
    private func end(
        _ slot: Int, _ step: StackedStep<Sequential>, _ stop: TrainingStop?
    ) throws {
        guard let member = members[slot] else { return }
        let memory = OptimizerState(for: single, member.optimizer)
        results[member.index] = .success(
            member.trained(
                try step.models.copied(member: slot, into: single),
                try step.optimizerState.copied(member: slot, into: memory), stop: stop))
        members[slot] = nil
    }

    private func fail(_ slot: Int, _ error: KalsaeError) {
        guard let member = members[slot] else { return }
        results[member.index] = .failure(error)
        members[slot] = nil
    }
}
