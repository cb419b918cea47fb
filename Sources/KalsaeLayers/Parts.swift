import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// The stored properties of a layer that hold tensors or further layers, as key paths.
///
/// Names in files, messages and gradients are those of the properties: `hidden.weight`. A property
/// that is listed twice is a fault wherever its numbers are wanted.
public struct Parts<Root>: Sendable {
    private let entries: [any PartEntry<Root>]
    /// The number of entries before one that comes a second time.
    private let distinct: Int

    /// Properties with parameters: `Parts(\Self.hidden, \.output)`.
    public init<each Part: TensorTree>(
        _ parts: repeat WritableKeyPath<Root, each Part> & Sendable
    ) {
        var entries: [any PartEntry<Root>] = []
        repeat entries.append(Entry(keyPath: each parts, role: nil))
        self.init(entries: entries)
    }

    private init(entries: [any PartEntry<Root>]) {
        self.entries = entries
        distinct =
            entries.indices.first { index in
                entries[..<index].contains { $0.property == entries[index].property }
            } ?? entries.count
    }

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
        for entry in entries.prefix(distinct) { try entry.visit(&root, at: path, body) }
        guard distinct < entries.count else { return }
        let name = entries[distinct].name
        let error = KalsaeError(
            "\(Root.self)", expected: "each property once in `parts`", got: "\(name) twice",
            advice: "remove one")
        var faulty = Tensor(error, operands: [])
        try body(path.appending(name, role: entries[distinct].role), &faulty)
    }

    private struct Entry<Part: TensorTree>: PartEntry {
        let keyPath: WritableKeyPath<Root, Part> & Sendable
        let role: TensorPath.Role?
        let name: String
        var property: AnyKeyPath { keyPath }

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
    var property: AnyKeyPath { get }
    var role: TensorPath.Role? { get }

    func part(of root: Root) -> any TensorTree

    func visit<Failure: Error>(
        _ root: inout Root, at path: TensorPath,
        _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure)
}
