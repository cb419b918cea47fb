import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// Tensors under names, apart from the type that they belong to: to be saved, and put back into a
/// tree of the same structure.
public struct NamedTensors: TensorTree, Sendable {
    /// A tensor and its name in the tree.
    public struct Entry: Sendable {
        /// The path, as in `hidden.weight`.
        public let name: String
        /// The numbers.
        public var tensor: Tensor
    }

    /// All of them, in the order of the tree or of the file that they are of.
    public private(set) var entries: [Entry]

    /// The tensors of a tree.
    public init<Tree: TensorTree>(_ tree: Tree) {
        entries = tree.tensors.map { Entry(name: $0.path.name, tensor: $0.tensor) }
    }

    init(entries: [Entry]) { self.entries = entries }

    /// What an optimizer remembers, under the names of a model's parameters: `hidden.weight.0`.
    init<Model: TensorTree>(_ state: OptimizerState, of model: Model) {
        let parameters = model.tensors.filter { $0.path.role == .parameter }
        entries = zip(parameters, state.slots).flatMap { parameter, slots in
            slots.enumerated().map {
                Entry(name: "\(parameter.path.name).\($0.offset)", tensor: $0.element)
            }
        }
        guard let scale = state.lossScale else { return }
        let names = [Self.scaleName, Self.goodStepsName]
        entries += zip(names, scale.tensors).map { Entry(name: $0, tensor: $1.tensor) }
    }

    private static let scaleName = "lossScale.scale", goodStepsName = "lossScale.goodSteps"

    /// The tensors without those of ``LossScale``, which a state of another precision has or lacks.
    private var withoutScale: NamedTensors {
        NamedTensors(
            entries: entries.filter { ![Self.scaleName, Self.goodStepsName].contains($0.name) })
    }

    /// Walks the tensors.
    public mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        for index in entries.indices {
            try body(path.appending(entries[index].name, role: .state), &entries[index].tensor)
        }
    }

    /// A tree with these tensors in the place of its own.
    ///
    /// - Parameter subject: what the error is about.
    /// - Throws: a `KalsaeError` where names or types are not those of the tree.
    func restored<Tree: TensorTree>(into tree: Tree, subject: String) throws(KalsaeError) -> Tree {
        let tensors = try ordered(like: NamedTensors(tree), subject)
        var next = 0
        return tree.mapTensors { _, _ in
            defer { next += 1 }
            return tensors[next]
        }
    }

    /// An optimizer's state with these tensors in the place of its own.
    func restored<Model: TensorTree>(
        into state: OptimizerState, of model: Model, subject: String
    ) throws(KalsaeError) -> OptimizerState {
        let scaleless = { (state: OptimizerState) in
            var state = state
            state.lossScale = nil
            return NamedTensors(state, of: model)
        }
        let tensors = try withoutScale.ordered(like: scaleless(state), subject)
        var state = state
        func number(_ name: String) -> Tensor? {
            entries.first { $0.name == name && $0.tensor.type == TensorType(.float32, []) }?.tensor
        }
        if let scale = number(Self.scaleName), let steps = number(Self.goodStepsName) {
            state.lossScale?.scale = scale
            state.lossScale?.goodSteps = steps
        }
        var next = 0
        for index in state.slots.indices {
            for slot in state.slots[index].indices {
                state.slots[index][slot] = tensors[next]
                next += 1
            }
        }
        return state
    }

    /// The tensors in the order of another tree's, which has the same names and types.
    private func ordered(
        like own: NamedTensors, _ subject: String
    ) throws(KalsaeError) -> [Tensor] {
        let given = Dictionary(entries.map { ($0.name, $0.tensor) }) { first, _ in first }
        let advice = "use a state of this model and this optimizer"
        var tensors: [Tensor] = []
        for wanted in own.entries {
            let tensor = given[wanted.name]
            guard let tensor, tensor.type == wanted.tensor.type else {
                throw KalsaeError(
                    subject, expected: "\(wanted.name) \(wanted.tensor.type)",
                    got: tensor.map { "\($0.type)" } ?? "no such tensor", advice: advice)
            }
            tensors.append(tensor)
        }
        guard entries.count == own.entries.count else {
            let known = Set(own.entries.map(\.name))
            let others = entries.map(\.name).filter { !known.contains($0) }
            throw KalsaeError(
                subject, expected: "\(own.entries.count) tensors",
                got: "\(Weights.listed(others)) besides", advice: advice)
        }
        return tensors
    }
}
