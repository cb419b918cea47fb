import KalsaeFiles
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

extension StatefulOptimizer {
    /// One step of training: the loss in training mode (dropout drops, batch norm measures), its
    /// gradient, the update; all in one plan.
    ///
    /// - Parameters:
    ///   - model: what is moved.
    ///   - seed: of the random numbers that layers draw; each step has its own.
    ///   - loss: the loss of the model, one number.
    /// - Returns: the loss before the step.
    /// - Throws: a fault of the loss; model and state then stay as they were.
    @discardableResult
    public mutating func step<Model: Layer>(
        _ model: inout Model, seed: Int = 0, loss: (Model) throws -> Tensor
    ) throws -> Double {
        let key = RandomKey(seed: seed, step: stepCount + 1)
        let traced = try StepScope.training(key: key) {
            try state.valueAndGradient(at: model, of: loss)
        }
        if let fault = traced.result.value.fault { throw fault }
        var after = traced.reports.applied(to: model)
        try step(&after, traced.result.gradient, alongside: [traced.result.value])
        model = after
        return try traced.result.value.item(Double.self)
    }

    private static let ruleKey = "kalsae.optimizer"
    private static let countKey = "kalsae.steps"
    /// More than any run takes, and far from the end of Int.
    private static let mostSteps = 1 << 53

    /// Writes all that is remembered, each tensor under the name of its parameter, whole or not at
    /// all; the settings are not part of it.
    public func save(to path: String) throws {
        try Weights.save(
            named, to: path,
            metadata: [Self.ruleKey: "\(type(of: rule))", Self.countKey: "\(stepCount)"])
    }

    /// Goes on from what was saved by an optimizer of the same kind for the same model: the next
    /// steps have the bits that they would have had then.
    ///
    /// - Throws: a `KalsaeError` where kind, names, shapes or types differ.
    public mutating func load(from path: String) throws {
        let file = try SafetensorsFile(path: path)
        let kind = "\(type(of: rule))"
        guard file.metadata[Self.ruleKey] == kind else {
            throw KalsaeError(
                path, expected: "the state of \(kind)",
                got: file.metadata[Self.ruleKey] ?? "a file without one",
                advice: "use a file that StatefulOptimizer.save wrote")
        }
        let written = file.metadata[Self.countKey] ?? "none"
        guard let count = Int(written), (0...Self.mostSteps).contains(count) else {
            throw KalsaeError(
                path, expected: "a number of steps from 0 to \(Self.mostSteps)", got: written,
                advice: "use a file that StatefulOptimizer.save wrote")
        }
        let loaded = try Weights.load(file, into: named, subject: path)
        var next = loaded.slots.map(\.slots).makeIterator()
        var state = state
        state.slots = state.slots.map { _ in next.next() ?? [] }
        restore(state, stepCount: count)
    }

    private var named: NamedSlots {
        NamedSlots(
            slots: zip(parameters, state.slots).map { .init(name: $0.path.name, slots: $1) })
    }
}

/// What is remembered of parameters, under their names: `hidden.weight.0`.
private struct NamedSlots: TensorTree {
    struct Entry {
        let name: String
        var slots: [Tensor]
    }

    var slots: [Entry]

    mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        for index in slots.indices {
            let slot = path.appending(slots[index].name, role: .state)
            try slots[index].slots.forEachTensor(at: slot, body)
        }
    }
}
