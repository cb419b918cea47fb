import KalsaeBackend
import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// Trains the members of a stack, one step of all at a time.
///
/// All members have batches of the same sizes, so that their epochs end together. In the stead of one
/// that has ended the next run begins with the next epoch; where none is left, the stack becomes half
/// as wide once half of it has ended.
final class StackedLoop {
    private let queue: StackQueue
    private let number: Int
    private let loss: Loss
    private let metrics: [Metric]
    private let shared: [Tensor]
    /// The structure of a network.
    private let single: Sequential
    /// The members by their slot in the stack; nil for one that has ended.
    private var members: [StackMember?]
    private var step: StackedStep<Sequential>?
    private var evaluation: StackedEvaluation?
    private let measures: RunMeasures
    private var rows: [Int: HostTensor<Int32>] = [:]
    private var losses: [Float] = []
    private var weights: [Float] = []

    /// - Parameters:
    ///   - stack: which one of those that share the queue.
    ///   - width: the number of members at a time.
    init(_ queue: StackQueue, stack: Int, width: Int) throws {
        (self.queue, number) = (queue, stack)
        let run = queue.runs[0]
        (loss, metrics) = (run.data.train.targets.loss, run.metrics)
        single = run.model.labeled()
        members = [StackMember?](repeating: nil, count: width)
        measures = try RunMeasures(run, queue.rows)
        let train = queue.train
        let scale = Tensor([Float(train.featureScale)])
        try scale.evaluate()
        shared = [train.features, train.targets, scale] + (train.weights.map { [$0] } ?? [])
    }

    /// Takes the next step of all members, or ends their epoch; false once all have ended.
    func advance() throws -> Bool {
        try fill()
        guard let step, members.contains(where: { $0 != nil }) else { return false }
        try Task.checkCancellation()
        if let stop = queue.stop {
            for slot in members.indices { try end(slot, step, stop) }
            return false
        }
        let (batch, ended) = try nextBatch()
        if !ended.isEmpty { try endEpoch(step, ended) }
        if let batch { try takeStep(step, batch) }
        return true
    }

    // MARK: - Members

    /// Has runs begin where members have ended, and makes the stack narrower where there are none left.
    private func fill() throws {
        guard !members.contains(where: { $0?.progress.isEpochOpen == true }) else { return }
        var begun: [Int] = []
        for slot in members.indices where members[slot] == nil {
            guard let member = try queue.next(of: number) else { break }
            members[slot] = member
            begun.append(slot)
        }
        let live = members.indices.filter { members[$0] != nil }
        guard let first = live.first else { return }
        var width = members.count
        // A narrower plan is made once, which costs as much as some hundred steps.
        while 2 * live.count <= width, width > 3 { width = (width + 1) / 2 }
        guard !begun.isEmpty || width < members.count else { return }
        let isNarrower = width < members.count
        let kept = isNarrower ? live : Array(members.indices)
        // Empty slots have the numbers of a member: infinite ones may be slow.
        var slots = kept.map { members[$0] == nil ? first : $0 }
        slots += (slots.count..<max(width, slots.count)).map { _ in first }
        var fresh: [Int: (model: Sequential, memory: OptimizerState)] = [:]
        for slot in begun {
            guard let member = members[slot] else { continue }
            let memory = OptimizerState(for: member.start, member.optimizer)
            try TensorPair(member.start, memory).evaluate()
            fresh[slot] = (member.start, memory)
        }
        guard let optimizer = members[first]?.optimizer else { return }
        let weights = try single.stacking(
            slots.map { slot in fresh[slot].map { .tree($0.model) } ?? .member(slot) },
            of: step?.models)
        let memories = try OptimizerState(for: single, optimizer).stacking(
            slots.map { slot in fresh[slot].map { .tree($0.memory) } ?? .member(slot) },
            of: step?.optimizerState)
        let held = slots.map { members[$0] }
        members = kept.map { members[$0] }
        members += [StackMember?](repeating: nil, count: width - kept.count)
        if let step, !isNarrower {
            try step.restore(weights, memories)
            for slot in begun {
                guard let member = members[slot] else { continue }
                step.replace(
                    member: slot, member.optimizer, .init(seed: member.seed), count: 0)
            }
        } else {
            try stack(held.compactMap { $0 }, weights, memories)
        }
    }

    private func stack(
        _ held: [StackMember], _ models: Sequential, _ memory: OptimizerState
    ) throws {
        rows = [:]
        weights = []
        let loss = loss
        let hasWeights = shared.count > 3
        let step = try StackedStep(
            models, memory, optimizers: held.map(\.optimizer),
            sources: held.map { .init(seed: $0.seed) }, shared: shared
        ) { model, inputs in
            let (features, targets, scale) = (inputs[0], inputs[1], inputs[2])
            let weights = hasWeights ? [inputs[3]] : []
            let (x, y, own) = BatchInputs.prepared(
                [features, targets, inputs[inputs.count - 1], scale] + weights)
            return loss.mean(model(x), y, weights: own)
        }
        for (slot, member) in held.enumerated() {
            step.replace(
                member: slot, member.optimizer, .init(seed: member.seed),
                count: member.progress.steps)
        }
        self.step = step
        evaluation = try StackedEvaluation(
            models, loss: loss, metrics: metrics,
            queue.validation.batches(of: EvaluationBatch.rows))
    }

    // MARK: - Steps

    /// The rows of the next step, and the members whose epoch has ended. All end together, but for
    /// those that a number of steps ends within.
    private func nextBatch() throws -> (batch: HostTensor<Int32>?, ended: [Int]) {
        var batch: HostTensor<Int32>?
        var ended: [Int] = []
        for (slot, member) in members.enumerated() {
            guard let member else { continue }
            member.openEpoch()
            guard let own = member.nextRows() else {
                ended.append(slot)
                continue
            }
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
        return (batch, ended)
    }

    private func takeStep(
        _ step: StackedStep<Sequential>, _ batch: HostTensor<Int32>
    ) throws {
        for (slot, member) in members.enumerated() {
            guard let member, member.prepareStep() else { continue }
            step.optimizers[slot] = member.optimizer
        }
        try step.run([batch.tensor])
        try step.read(losses: &losses, weights: &weights)
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
            try queue.tell(member, loss: loss)
        }
    }

    /// The room for batches of so many rows a member: an epoch has at most two sizes.
    private func rowTensor(_ count: Int) throws(KalsaeError) -> HostTensor<Int32> {
        if let known = rows[count] { return known }
        let tensor = try HostTensor<Int32>(count: count * members.count)
        rows[count] = tensor
        return tensor
    }

    // MARK: - Ends

    private func endEpoch(_ step: StackedStep<Sequential>, _ ended: [Int]) throws {
        guard let evaluation else { return }
        let reports = try evaluation.reports(step.models, count: members.count)
        for slot in ended {
            guard let member = members[slot] else { continue }
            let epoch: (record: EpochRecord, isBest: Bool)
            do throws(KalsaeError) {
                epoch = try member.endEpoch(reports[slot])
            } catch {
                fail(slot, error)
                continue
            }
            if epoch.isBest { member.best = try step.models.copied(member: slot, into: single) }
            if try !queue.tell(member, epoch.record) {
                try end(slot, step, TrainingStop())
            } else if let stop = queue.stop {
                try end(slot, step, stop)
            } else if member.isComplete {
                try end(slot, step, nil)
            }
        }
    }

    /// Measures a member and lets go of it.
    private func end(
        _ slot: Int, _ step: StackedStep<Sequential>, _ stop: TrainingStop?
    ) throws {
        guard let member = members[slot] else { return }
        members[slot] = nil
        let memory = OptimizerState(for: single, member.optimizer)
        let trained = member.trained(
            try step.models.copied(member: slot, into: single),
            try step.optimizerState.copied(member: slot, into: memory), stop: stop)
        let run = queue.runs[member.index]
        do {
            let outcome = try run.outcome(trained, classWeights: queue.classWeights, measures)
            queue.finish(member.index, .success(outcome))
        } catch let error as KalsaeError {
            queue.finish(member.index, .failure(error))
        }
    }

    private func fail(_ slot: Int, _ error: KalsaeError) {
        guard let member = members[slot] else { return }
        members[slot] = nil
        queue.finish(member.index, .failure(error))
    }
}
