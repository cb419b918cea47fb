import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// The stored properties of a layer that hold tensors or further layers, as key paths.
///
/// Names in files, messages and gradients are those of the properties: `hidden.weight`.
public struct Parts<Root>: Sendable {
    private let entries: [any PartEntry<Root>]

    /// Properties with parameters: `Parts(\Self.hidden, \.output)`.
    public init<each Part: TensorTree>(
        _ parts: repeat WritableKeyPath<Root, each Part> & Sendable
    ) {
        var entries: [any PartEntry<Root>] = []
        repeat entries.append(Entry(keyPath: each parts, role: nil))
        self.entries = entries
    }

    private init(entries: [any PartEntry<Root>]) { self.entries = entries }

    /// The same parts and further properties that are carried along but not trained, as running
    /// statistics.
    public func state<each Part: TensorTree>(
        _ parts: repeat WritableKeyPath<Root, each Part> & Sendable
    ) -> Parts {
        var entries = self.entries
        repeat entries.append(Entry(keyPath: each parts, role: .state))
        return Parts(entries: entries)
    }

    /// The parts of a layer with their names, and whether they are carried along untrained.
    func components(of root: Root) -> [(name: String, part: any TensorTree, isState: Bool)] {
        entries.map { ($0.name, $0.part(of: root), $0.role == .state) }
    }

    func forEachTensor<Failure: Error>(
        of root: inout Root, at path: TensorPath,
        _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        for entry in entries { try entry.visit(&root, at: path, body) }
    }

    private struct Entry<Part: TensorTree>: PartEntry {
        let keyPath: WritableKeyPath<Root, Part> & Sendable
        let role: TensorPath.Role?
        let name: String

        init(keyPath: WritableKeyPath<Root, Part> & Sendable, role: TensorPath.Role?) {
            self.keyPath = keyPath
            self.role = role
            // A key path describes itself as `\Type.property` (SE-0369).
            name = String("\(keyPath.debugDescription)".split(separator: ".").last ?? "part")
        }

        func part(of root: Root) -> any TensorTree { root[keyPath: keyPath] }

        func visit<Failure: Error>(
            _ root: inout Root, at path: TensorPath,
            _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
        ) throws(Failure) {
            let partPath = path.appending(name, role: role)
            try root[keyPath: keyPath].forEachTensor(at: partPath, body)
        }
    }
}

/// One key path whose value's type is forgotten.
private protocol PartEntry<Root>: Sendable {
    associatedtype Root

    var name: String { get }
    var role: TensorPath.Role? { get }

    func part(of root: Root) -> any TensorTree

    func visit<Failure: Error>(
        _ root: inout Root, at path: TensorPath,
        _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure)
}
