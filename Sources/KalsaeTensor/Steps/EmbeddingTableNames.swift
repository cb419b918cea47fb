import KalsaeGraph
import KalsaeSupport

/// The names and sizes of the embedding tables in a graph, to name the layer of an index out of range.
///
/// A plan knows no layers: after its passes a table may stand anywhere.
struct EmbeddingTableNames: Sendable {
    private var tables: [(entries: Int, label: String)] = []

    /// Notes a node if it is a lookup in a tensor that has a name.
    mutating func note(_ primitive: Primitive, _ operands: [TensorNode]) {
        guard case .gather(let axis) = primitive, let table = operands.first,
            let label = table.label, table.type.shape.indices.contains(axis)
        else { return }
        tables.append((table.type.shape[axis], label))
    }

    /// The error with the layers whose tables have the size that it speaks of.
    func naming(_ error: KalsaeError) -> any Error {
        guard error.subject == "gather" else { return error }
        let fitting = tables.filter { error.expected.hasSuffix(" to \($0.entries - 1)") }
        let layers = fitting.map { table in
            table.label.split(separator: ".").dropLast().joined(separator: ".")
        }
        var names: [String] = []
        for layer in layers where !names.contains(layer) { names.append(layer) }
        guard !names.isEmpty else { return error }
        return TensorFault(error, layer: names.joined(separator: " or "))
    }
}
