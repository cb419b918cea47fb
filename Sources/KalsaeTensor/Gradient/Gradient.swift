import KalsaeGraph
import KalsaeSupport

/// The value of a function and its gradient for one tensor.
///
/// The function must return one floating-point number. The gradient is made of tensors like any
/// others, so that gradients of gradients work.
public func valueAndGradient(
    at x: Tensor, of function: (Tensor) throws -> Tensor
) rethrows -> (value: Tensor, gradient: Tensor) {
    let variable = x.asVariable()
    let (value, gradients) = try GradientScope.run(for: [variable]) { try function(variable) }
    return (value, gradients[0])
}

/// The gradient of a function for one tensor.
public func gradient(
    at x: Tensor, of function: (Tensor) throws -> Tensor
) rethrows -> Tensor {
    try valueAndGradient(at: x, of: function).gradient
}

/// The value of a function and its gradients for two tensors.
public func valueAndGradient(
    at x: Tensor, _ y: Tensor, of function: (Tensor, Tensor) throws -> Tensor
) rethrows -> (value: Tensor, gradient: (Tensor, Tensor)) {
    let variables = [x.asVariable(), y.asVariable()]
    let (value, gradients) = try GradientScope.run(for: variables) {
        try function(variables[0], variables[1])
    }
    return (value, (gradients[0], gradients[1]))
}

/// The value of a function of a model, or of any tree of tensors, and its gradient in the same
/// structure: `gradient.hidden.weight` belongs to `model.hidden.weight`.
///
/// Tensors that are carried along (running statistics) and whole numbers have gradient zero. A
/// parameter that the function uses and that the tree does not walk over would never be trained:
/// then both are a fault. What another model computes for it passes through `stopGradient()`.
/// Layers compute as in inference unless this is called inside of a training scope; a tensor that is
/// no layer's parameter and that the tree does not walk over is a constant.
public func valueAndGradient<Tree: TensorTree>(
    at tree: Tree, of function: (Tree) throws -> Tensor
) rethrows -> (value: Tensor, gradient: Tree) {
    var variables: [Tensor] = []
    let tracked = tree.mapTensors { path, tensor in
        guard path.role == .parameter, tensor.dtype.isDifferentiable, tensor.fault == nil else {
            return tensor
        }
        let variable = tensor.asVariable(label: path.name)
        variables.append(variable)
        return variable
    }
    let (value, gradients) = try GradientScope.run(for: variables) {
        try function(tracked).refusingUnlisted(tracked.tensors.map(\.tensor.node))
    }
    var next = 0
    let gradient = tracked.mapTensors { path, tensor in
        guard path.role == .parameter, tensor.dtype.isDifferentiable, tensor.fault == nil else {
            return .zeros(like: tensor)
        }
        defer { next += 1 }
        return gradients[next]
    }
    return (value, gradient)
}

/// The gradient of a function of a model, in the model's structure.
public func gradient<Tree: TensorTree>(
    at tree: Tree, of function: (Tree) throws -> Tensor
) rethrows -> Tree {
    try valueAndGradient(at: tree, of: function).gradient
}

/// A function with a gradient of one's own.
///
/// - Parameters:
///   - inputs: what the function gets.
///   - forward: the function.
///   - backward: from the upstream gradient to one gradient for each input, in the input's shape.
public func withCustomGradient(
    _ inputs: [Tensor], forward: ([Tensor]) -> Tensor,
    backward: @escaping @Sendable (Tensor) -> [Tensor]
) -> Tensor {
    for tensor in inputs where tensor.fault != nil { return tensor }
    // Without history to walk over, the rule would only keep the inputs in memory.
    guard inputs.contains(where: \.node.keepsHistory) else { return forward(inputs) }
    let result = forward(inputs.map { $0.stopGradient() })
    guard result.fault == nil else { return result }
    let rule = TensorNode.GradientRule.custom(inputs: inputs.map(\.node), backward: backward)
    return Tensor(
        node: TensorNode(.identity, [result.node], result.type, rule: rule))
}

extension TensorTree {
    /// The same structure, through whose tensors no gradient flows: a model that is used, not trained.
    public func stopGradient() -> Self { mapTensors { _, tensor in tensor.stopGradient() } }
}

extension Tensor {
    /// The same numbers, through which no gradient flows.
    public func stopGradient() -> Tensor {
        guard fault == nil else { return self }
        return Tensor(node: TensorNode(.identity, [node], type, rule: .stop))
    }

    /// The same numbers, marked as something that a layer wants to have trained.
    package func asParameter() -> Tensor {
        guard fault == nil else { return self }
        return Tensor(
            node: TensorNode(.identity, [node], type, label: node.label, isParameter: true))
    }

    /// The same numbers under a path, so that faults can name it.
    package func labeled(_ label: String) -> Tensor {
        guard fault == nil, node.label != label else { return self }
        if let buffer = node.buffer, !node.keepsHistory {
            return Tensor(
                node: TensorNode(buffer, type, label: label, isParameter: node.isParameter))
        }
        return Tensor(
            node: TensorNode(
                .identity, [node], type, label: label, isParameter: node.isParameter))
    }

    /// The same numbers as a node of its own, on which the reverse walk can end.
    func asVariable(label: String? = nil) -> Tensor {
        guard fault == nil else { return self }
        let name = label ?? node.label
        if let buffer = node.buffer, !node.keepsHistory {
            return Tensor(
                node: TensorNode(
                    buffer, type, label: name, isParameter: node.isParameter, startsHistory: true))
        }
        return Tensor(
            node: TensorNode(.identity, [node], type, startsHistory: true, label: name))
    }
}
