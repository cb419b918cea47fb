import KalsaeBackend
import KalsaeDistributed
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// A training step whose batch is cut into micro-batches: a plan for the gradient of each, their sums
/// by ``SumTree``, a plan for the update.
///
/// Batch norm measures each micro-batch by itself, and each draws its own random numbers; so that the
/// bits depend on how many there are, not on who computes them. The gradient is that of the mean over
/// the batch.
package final class MicroBatchStep<Model: Layer>: BatchStepping {
    package var optimizer: any Optimizer
    package private(set) var count: Int
    package let observesNorms: Bool
    /// How many micro-batches a batch has, where it has as many rows.
    let microBatches: Int
    private let seed: Int
    private let prepare: BatchStep<Model>.Prepare
    private let loss: Loss
    private let extras: StepExtras
    private let compiled: CompiledStep<TensorPair<Model, OptimizerState>>
    private let scalars: StepScalars
    private let key: HostTensor<Int64>
    /// One over the weight, and one over the number of rows.
    private let shares: HostTensor<Double>
    private let group: (any ProcessGroup)?
    private let box = Box()
    private(set) var sums: StepSums?
    /// Into how many parts the last batch was cut.
    private(set) var lastParts = 0
    /// Whether the model takes no batch of one row, once it is known.
    private var refusesRow: Bool?

    /// What tracing tells.
    private final class Box {
        var layout: Contribution?
        var isWeighted = false
    }

    /// - Parameters:
    ///   - state: what the optimizer remembers.
    ///   - count: the steps that were taken before.
    ///   - microBatches: how many a batch has, at least 1.
    ///   - group: the processes that take each step together.
    package init(
        _ model: Model, loss: Loss, optimizer: any Optimizer, state: OptimizerState, count: Int,
        seed: Int, extras: StepExtras, microBatches: Int, group: (any ProcessGroup)? = nil,
        prepare: @escaping BatchStep<Model>.Prepare
    ) throws {
        (self.loss, self.optimizer, self.count, self.seed) = (loss, optimizer, count, seed)
        (self.extras, self.microBatches, self.prepare) = (extras, microBatches, prepare)
        self.group = group?.size ?? 1 > 1 ? group : nil
        observesNorms = extras.observesNorms
        scalars = try StepScalars(count: optimizer.scalars(step: 1).count, for: model)
        key = try HostTensor(count: 3)
        shares = try HostTensor(count: 2)
        key.values[0] = Int64(seed)
        compiled = try CompiledStep(TensorPair(model, state)) { [box] state, inputs in
            // The key is whole numbers; an update's scalars are not.
            if inputs[0].dtype.isInteger {
                let key = RandomKey(inputs[0])
                let (x, targets, weights) = prepare(Array(inputs.dropFirst()))
                return try Self.contribution(
                    state, (x, targets, weights), key, loss, optimizer, extras, box)
            }
            guard let layout = box.layout else {
                throw KalsaeError("update", expected: "sums of micro-batches", got: "none")
            }
            let means = layout.means(inputs[1], shares: inputs[2], of: state.first)
            let updated = TraceNotes.within("optimizer") {
                optimizer.updated(
                    means.model, gradient: means.gradient, state: &state.second,
                    scalars: inputs[0])
            }
            state.first = extras.constrained(updated)
            guard extras.observesNorms else { return [] }
            return [
                StepNorms.tensor(
                    gradient: means.gradient, before: means.model, after: state.first)
            ]
        }
    }

    private static func contribution(
        _ state: TensorPair<Model, OptimizerState>,
        _ batch: (inputs: Tensor, targets: Tensor, weights: Tensor?),
        _ key: RandomKey, _ loss: Loss, _ optimizer: any Optimizer, _ extras: StepExtras, _ box: Box
    ) throws -> [Tensor] {
        let model = state.first
        let rows = batch.inputs.shape.first ?? 0
        var weight = Tensor.full([], Double(rows))
        let traced = StepScope.training(key: key) {
            state.second.valueAndGradient(at: model) { model in
                let (x, y) = extras.mixed(batch.inputs, batch.targets)
                let output = model(x)
                return TraceNotes.within("loss") {
                    let (mean, sum) = loss.mean(output, y, weights: batch.weights)
                    if let sum {
                        box.isWeighted = true
                        weight = sum.stopGradient()
                    }
                    return extras.penalized(mean, model) * weight.cast(to: mean.dtype)
                }
            }
        }
        let reported = traced.reports.applied(to: model)
        let layout = box.layout ?? Contribution(of: model, reported: reported, optimizer)
        box.layout = layout
        return layout.results(
            gradient: traced.result.gradient, reported: reported, loss: traced.result.value,
            weight: weight, rows: rows)
    }

    package var model: Model { compiled.state.first.labeled() }
    package var optimizerState: OptimizerState { compiled.state.second }
    package var averagedModel: Model {
        let state = compiled.state
        return optimizer.averaged(state.first.labeled(), state: state.second)
    }
    package var compilations: Int { compiled.traceCount }
    /// The plan of the update.
    package var plan: (any Plan)? { compiled.plan }

    package func restore(_ model: Model) throws {
        try compiled.restore(TensorPair(model, compiled.state.second))
    }

    package func restore(_ model: Model, _ state: OptimizerState, count: Int) throws {
        try compiled.restore(TensorPair(model, state))
        self.count = count
    }

    package var norms: [ParameterNorms] {
        guard observesNorms, let numbers = try? compiled.results.last?.values(Float.self) else {
            return []
        }
        return StepNorms.norms(of: model, numbers)
    }

    /// The sum of the weights of the last batch's rows; nil where they have none.
    package private(set) var weight: Double?

    /// The graph of the next step as one plan would take it: that of a whole batch.
    package func graph(for inputs: [Tensor]) throws -> StepGraph {
        var extras = extras
        extras.observesNorms = false
        return try BatchStep(
            model, loss: loss, optimizer: optimizer, state: optimizerState, count: count,
            seed: seed, extras: extras, prepare: prepare
        ).graph(for: inputs)
    }

    package func compile(_ batch: Batch, _ arguments: BatchArguments) throws {
        _ = try prepareSums(for: batch.part(0, of: parts(of: batch)), arguments)
    }

    package func run(_ batch: Batch, _ arguments: BatchArguments) throws -> Double {
        try optimizer.checkRate()
        let count = parts(of: batch)
        lastParts = count
        let sums = try prepareSums(for: batch.part(0, of: count), arguments)
        sums.partial.removeAll()
        let own = SumTree.share(group?.rank ?? 0, of: group?.size ?? 1, count)
        let whole = sums.exchange == nil ? own : own.dropLast()
        for index in whole {
            try compiled.run(inputs(index, batch.part(index, of: count), arguments))
            try compiled.withResults { results throws(KalsaeError) in
                try sums.add(index, results)
            }
        }
        guard let exchange = sums.exchange else {
            try sums.partial.join()
            return try update(sums)
        }
        exchange.begin(count, self.count + 1)
        if let last = own.last {
            try self.exchange(last, batch.part(last, of: count), arguments, sums, exchange)
        } else {
            for bucket in sums.buckets { try exchange.start(bucket.range, of: []) }
        }
        try exchange.finish()
        return try update(sums)
    }

    /// Into how many parts a batch is cut: fewer where it has not as many rows, or where the model, as
    /// with batch norm, takes no row alone.
    private func parts(of batch: Batch) -> Int {
        let rows = batch.count
        guard microBatches > 1, rows < 2 * microBatches else { return microBatches }
        let isRefused = refusesRow ?? isRefused(batch.part(0, of: rows))
        refusesRow = isRefused
        return min(microBatches, isRefused ? max(1, rows / 2) : rows)
    }

    private func isRefused(_ row: Batch) -> Bool {
        StepScope.training(key: RandomKey(seed: seed)) { model(row.inputs) }.result.fault != nil
    }

    /// Computes what the last micro-batch of this rank gives, and exchanges the sums on the way.
    private func exchange(
        _ index: Int, _ part: Batch, _ arguments: BatchArguments, _ sums: StepSums,
        _ exchange: SumExchange
    ) throws {
        let inputs = try inputs(index, part, arguments)
        try compiled.compile(inputs)
        try sums.partial.begin(index)
        let readiness = compiled.readiness
        let order = readiness.indices.sorted { readiness[$0] < readiness[$1] }
        var (next, started) = (0, 0)
        var added = [Bool](repeating: false, count: readiness.count)
        var failure: (any Error)?
        func advance(_ done: Int) throws {
            if next < order.count, readiness[order[next]] <= done {
                try compiled.withResults { results throws(KalsaeError) in
                    while next < order.count, readiness[order[next]] <= done {
                        try sums.partial.add(results[order[next]], at: sums.offsets[order[next]])
                        added[order[next]] = true
                        next += 1
                    }
                }
            }
            while started < sums.buckets.count,
                sums.buckets[started].parts.allSatisfy({ added[$0] })
            {
                try exchange.start(sums.buckets[started].range, of: sums.partial.pointers())
                started += 1
            }
            try exchange.poll()
        }
        try compiled.run(inputs) { done in
            guard failure == nil else { return }
            do { try advance(done) } catch { failure = error }
        }
        if let failure { throw failure }
        try advance(.max)
        sums.partial.end()
    }

    private func inputs(
        _ index: Int, _ part: Batch, _ arguments: BatchArguments
    ) throws -> [Tensor] {
        key.values[1] = Int64(index)
        key.values[2] = Int64(count + 1)
        return [key.tensor] + (try arguments.tensors(for: part))
    }

    /// Makes room for sums once it is known what there is to sum.
    private func prepareSums(for part: Batch, _ arguments: BatchArguments) throws -> StepSums {
        if let sums { return sums }
        try compiled.compile([key.tensor] + arguments.tensors(for: part))
        guard let layout = box.layout else {
            throw KalsaeError("micro-batch", expected: "a gradient", got: "none")
        }
        let new = try StepSums(layout, group)
        sums = new
        return new
    }

    /// Updates the model by the sum of all micro-batches, and returns the mean loss.
    private func update(_ sums: StepSums) throws -> Double {
        let numbers = try sums.numbers
        // Rows that all weigh nothing have no gradient.
        shares.values[0] = numbers.weight == 0 ? 0 : 1 / numbers.weight
        shares.values[1] = 1 / numbers.rows
        scalars.write(optimizer.scalars(step: count + 1))
        try compiled.run([scalars.tensor, sums.tensor, shares.tensor])
        count += 1
        weight = box.isWeighted ? numbers.weight : nil
        return numbers.loss * shares.values[0]
    }
}
