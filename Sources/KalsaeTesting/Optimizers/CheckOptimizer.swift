import KalsaeGraph
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import Testing

/// Records an issue for each rule of optimizers that one breaks, with its settings as they are.
///
/// - It goes down a bowl from its own rate, in `float32` and `float64` alike.
/// - A parameter has as many slots as it says, and shapes and types stay.
/// - A change of the rate acts, compiles nothing and traces nothing; rate 0 moves nothing.
/// - A gradient of zeros moves nothing away from 0: it leaves parameters or decays them.
/// - Rates below 0 and no numbers are refused.
public func checkOptimizer(
    _ optimizer: some Optimizer, sourceLocation: SourceLocation = #_sourceLocation
) {
    for mismatch in optimizerMismatches(optimizer) { record(mismatch, sourceLocation) }
}

/// What `checkOptimizer` finds, one line for each broken rule.
public func optimizerMismatches(_ optimizer: some Optimizer) -> [String] {
    let rules: [(String, (OptimizerProbe) throws -> String?)] = [
        ("settings", { try $0.settings() }), ("slots", { try $0.slots() }),
        ("bowl", { try $0.bowl() }), ("rate", { try $0.rate() }),
        ("rate 0", { try $0.stillRate() }), ("zero gradient", { try $0.zeroGradient() }),
    ]
    let probe = OptimizerProbe(optimizer)
    return rules.compactMap { name, rule in
        do {
            return try rule(probe).map { "\(type(of: optimizer)), \(name): \($0)" }
        } catch {
            return "\(type(of: optimizer)), \(name): threw \(error)"
        }
    }
}

/// One optimizer on a matrix and a vector.
struct OptimizerProbe {
    private let optimizer: any Optimizer

    init(_ optimizer: any Optimizer) { self.optimizer = optimizer }

    private static let start: [(values: [Double], shape: Shape)] = [
        ([1, -2, 0.5, 3, -0.25, 1.5], [2, 3]), ([-1, 2], [2]),
    ]
    private static let curvature: [Double] = [1, 0.3]

    private func parameters(_ dtype: DType) -> [Tensor] {
        Self.start.map { Tensor($0.values, shape: $0.shape).cast(to: dtype) }
    }

    /// A step along `scale` times the gradient of the bowl `Σ c p² / 2`.
    private func step(
        _ optimizer: any Optimizer, _ dtype: DType
    ) throws -> CompiledStep<TensorPair<[Tensor], OptimizerState>> {
        let start = parameters(dtype)
        let state = TensorPair(start, OptimizerState(for: start, optimizer))
        return try CompiledStep(state) { state, inputs in
            let scale = inputs[1].cast(to: dtype)
            let slopes = zip(state.first, Self.curvature).map { $0 * $1 * scale[0] }
            state.first = optimizer.updated(
                state.first, gradient: slopes, state: &state.second, scalars: inputs[0])
            return []
        }
    }

    /// The parameters after some steps, flat.
    private func run(
        _ optimizer: any Optimizer, _ dtype: DType, steps: Int, scale: Double = 1
    ) throws -> [Double] {
        let compiled = try step(optimizer, dtype)
        for count in 1...steps {
            try compiled.run([Tensor(optimizer.scalars(step: count).values), Tensor([scale])])
        }
        return try flat(compiled.state.first)
    }

    private func flat(_ tensors: [Tensor]) throws -> [Double] {
        try tensors.flatMap { try $0.values(Double.self) }
    }

    private func height(_ values: [Double]) -> Double {
        let first = Self.start[0].values.count
        return values.enumerated().reduce(0) { sum, entry in
            sum + Self.curvature[entry.offset < first ? 0 : 1] * entry.element * entry.element / 2
        }
    }

    func settings() throws -> String? {
        try optimizer.check()
        for rate in [-0.1, .nan, .infinity] {
            var copy = optimizer
            copy.learningRate = rate
            guard copy.learningRate == rate || rate.isNaN else { return "the rate is not kept" }
            do {
                try copy.check()
                return "expected rate \(rate) to be refused"
            } catch {
                guard !"\(error)".contains("\n") else { return "expected one line, got \(error)" }
            }
        }
        return nil
    }

    func slots() throws -> String? {
        let start = parameters(.float64)
        let before = OptimizerState(for: start, optimizer)
        guard before.slots[0].count == optimizer.slotCount else {
            return "expected \(optimizer.slotCount) slots, got \(before.slots[0].count)"
        }
        var state = before
        let scalars = Tensor(optimizer.scalars(step: 1).values)
        let after = optimizer.updated(start, gradient: start, state: &state, scalars: scalars)
        for (old, new) in zip(before.slots, state.slots) {
            let types = (old.map(\.type), new.map(\.type))
            if types.0 != types.1 { return "slots \(types.0) became \(types.1)" }
        }
        for (old, new) in zip(start, after) {
            if let fault = new.fault { return "\(fault)" }
            if old.type != new.type { return "a parameter \(old.type) became \(new.type)" }
        }
        return nil
    }

    func bowl() throws -> String? {
        let begin = height(Self.start.flatMap(\.values))
        let double = try run(optimizer, .float64, steps: 300)
        let single = try run(optimizer, .float32, steps: 300)
        guard height(double) < begin, height(single) < begin else {
            return "expected less than \(begin), got \(height(double)) and \(height(single))"
        }
        // Signs may fall differently once an optimizer swings about the minimum.
        let gap = abs(height(double) - height(single))
        guard gap <= 1e-3 * begin else { return "float32 and float64 differ by \(gap)" }
        return nil
    }

    func rate() throws -> String? {
        let compiled = try step(optimizer, .float32)
        let first = Tensor(optimizer.scalars(step: 1).values.map { Float($0) })
        let scale = Tensor([1.0] as [Double])
        try Tensor.evaluate([first, scale])
        try compiled.run([first, scale])
        var changed = optimizer
        changed.learningRate *= 0.5
        // As many more steps as a wrapper may let pass without moving.
        var counts = Counts()
        for count in 2...9 {
            let next = Tensor(changed.scalars(step: count).values.map { Float($0) })
            try Tensor.evaluate([next])
            let measured = try Counters.measure { try compiled.run([next, scale]) }.counts
            counts.plansCompiled += measured.plansCompiled
            counts.nodesMade += measured.nodesMade
        }
        guard counts.plansCompiled == 0, counts.nodesMade == 0 else {
            return "expected nothing compiled, got \(counts)"
        }
        let slow = try run(changed, .float64, steps: 8)
        guard try slow != run(optimizer, .float64, steps: 8) else { return "it does not act" }
        return nil
    }

    func stillRate() throws -> String? {
        var still = optimizer
        still.learningRate = 0
        let after = try run(still, .float64, steps: 8)
        return after == Self.start.flatMap(\.values) ? nil : "expected no move, got \(after)"
    }

    func zeroGradient() throws -> String? {
        let after = try run(optimizer, .float64, steps: 8, scale: 0)
        for (old, new) in zip(Self.start.flatMap(\.values), after) {
            let isDecayed = new * old >= 0 && abs(new) <= abs(old)
            if !isDecayed { return "\(old) became \(new)" }
        }
        return nil
    }
}
