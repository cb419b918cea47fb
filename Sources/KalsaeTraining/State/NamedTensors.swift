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

    /// All of them, in the tree's order.
    public private(set) var entries: [Entry]

    /// The tensors of a tree.
    public init<Tree: TensorTree>(_ tree: Tree) {
        entries = tree.tensors.map { Entry(name: $0.path.name, tensor: $0.tensor) }
    }

    /// What an optimizer remembers, under the names of a model's parameters: `hidden.weight.0`.
    init<Model: TensorTree>(_ state: OptimizerState, of model: Model) {
        let parameters = model.tensors.filter { $0.path.role == .parameter }
        entries = zip(parameters, state.slots).flatMap { parameter, slots in
            slots.enumerated().map {
                Entry(name: "\(parameter.path.name).\($0.offset)", tensor: $0.element)
            }
        }
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
        try check(against: NamedTensors(tree), subject)
        var next = 0
        return tree.mapTensors { _, _ in
            defer { next += 1 }
            return entries[next].tensor
        }
    }

    /// An optimizer's state with these tensors in the place of its own.
    func restored<Model: TensorTree>(
        into state: OptimizerState, of model: Model, subject: String
    ) throws(KalsaeError) -> OptimizerState {
        try check(against: NamedTensors(state, of: model), subject)
        var state = state
        var next = 0
        for index in state.slots.indices {
            for slot in state.slots[index].indices {
                state.slots[index][slot] = entries[next].tensor
                next += 1
            }
        }
        return state
    }

    private func check(against own: NamedTensors, _ subject: String) throws(KalsaeError) {
        let wanted = own.entries.map { "\($0.name) \($0.tensor.type)" }
        let given = entries.map { "\($0.name) \($0.tensor.type)" }
        guard wanted != given else { return }
        let first = zip(wanted, given).first { $0 != $1 }
        throw KalsaeError(
            subject, expected: first?.0 ?? "\(wanted.count) tensors",
            got: first?.1 ?? "\(given.count) tensors",
            advice: "use a state of this model and this optimizer")
    }
}
