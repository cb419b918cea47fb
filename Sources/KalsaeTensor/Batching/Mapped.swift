import KalsaeGraph
import KalsaeSupport

/// A function of one member, for all members at once: every tensor of the tree has a leading axis,
/// which the function does not see; what it returns has it again. JAX calls this `vmap`.
///
/// ```swift
/// let losses = mapped(over: models) { model in Loss.meanSquaredError(model(x), y) }  // [count]
/// ```
///
/// The function runs once, on tensors without numbers; the graph that it makes is batched by one rule
/// for each primitive. Tensors that it uses without getting them are shared by the members. Gradients
/// may be taken inside of it and of it. Random numbers differ between the members where their key is
/// part of the tree. A result that depends on no member is repeated.
///
/// - Parameter tree: tensors of rank 1 at least with one first axis in common, at least 1.
/// - Returns: the results; a fault where the axes differ, or of the function.
public func mapped<Input: TensorTree, Output: TensorTree>(
    over tree: Input, _ function: (Input) throws -> Output
) rethrows -> Output {
    let inputs = tree.tensors.map(\.tensor)
    let count = inputs.first?.shape.first ?? 0
    let fits = count > 0 && inputs.allSatisfy { $0.shape.first == count }
    let placeholders = inputs.map { input in
        TensorNode(
            placeholder: TensorType(input.dtype, Shape(input.shape.dropFirst())),
            label: input.node.label, isParameter: input.node.isParameter,
            keepsHistory: input.node.keepsHistory)
    }
    // A faulty input has no shape, and its fault is the answer wherever it is used.
    var members: [Tensor] = []
    for (input, placeholder) in zip(inputs, placeholders) {
        members.append(input.fault == nil ? Tensor(node: placeholder) : input)
    }
    let output = try function(tree.replacingTensors(members))
    let results = output.tensors.map(\.tensor)
    if let fault = (inputs + results).first(where: { $0.fault != nil }) {
        return output.mapTensors { _, _ in fault }
    }
    guard fits else {
        let shapes = Set(inputs.map { "\($0.shape)" }).sorted().joined(separator: ", ")
        let fault = Tensor.fault(
            "mapped", expected: "tensors with one first axis in common", got: shapes)
        return output.mapTensors { _, _ in fault }
    }
    let pairs = zip(placeholders, inputs).map { (ObjectIdentifier($0), $1) }
    let bindings = MemberBindings(
        count: count, values: Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
    return output.replacingTensors(bindings.batched(results))
}

/// The batched tensors that stand for the placeholders of one member.
struct MemberBindings: Sendable {
    let count: Int
    var values: [ObjectIdentifier: Tensor]

    /// Tensors that were made from placeholders, for all members.
    func batched(_ results: [Tensor]) -> [Tensor] {
        var region = MappedRegion(bindings: self)
        do throws(KalsaeError) {
            for result in results { region.addOutput(result.node) }
            return try region.instantiated()
        } catch {
            let fault = Tensor(error)
            return results.map { _ in fault }
        }
    }
}
