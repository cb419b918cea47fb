import KalsaeGraph
import KalsaeSupport

extension Tensor {
    /// The gradients of one number for some tensors; zeros for what it does not depend on.
    ///
    /// Every node between is visited once, results before operands, and gives its upstream
    /// gradient on to its operands.
    package static func gradients(of value: Tensor, for variables: [Tensor]) -> [Tensor] {
        if value.fault != nil { return variables.map { _ in value } }
        guard value.count == 1, value.dtype.isDifferentiable else {
            let fault = Tensor.fault(
                "gradient", expected: "a function that returns one float32 or float64 number",
                got: "\(value.type)", advice: "reduce the result with .sum() or .mean()")
            return variables.map { _ in fault }
        }
        return gradients(of: value, upstream: .ones(like: value), for: variables)
    }

    /// The gradients of `(upstream · value).sum()` for some tensors.
    static func gradients(
        of value: Tensor, upstream gradient: Tensor, for variables: [Tensor]
    ) -> [Tensor] {
        for tensor in [value, gradient] where tensor.fault != nil {
            return variables.map { _ in tensor }
        }
        let ends = Set(variables.map { ObjectIdentifier($0.node) })
        var upstream: [ObjectIdentifier: Tensor] = [
            ObjectIdentifier(value.node): gradient
        ]
        for node in orderedForReverseWalk(from: value.node, ends: ends) {
            let identity = ObjectIdentifier(node)
            guard !ends.contains(identity), let gradient = upstream[identity] else { continue }
            upstream[identity] = nil
            let parts = TraceNotes.behind(node) { node.operandGradients(upstream: gradient) }
            for (operand, part) in parts {
                let key = ObjectIdentifier(operand)
                upstream[key] = upstream[key].map { $0 + part } ?? part
            }
        }
        return variables.map { variable in
            upstream[ObjectIdentifier(variable.node)] ?? .zeros(like: variable)
        }
    }

    /// The nodes that the value and the variables have between them, results first.
    private static func orderedForReverseWalk(
        from root: TensorNode, ends: Set<ObjectIdentifier>
    ) -> [TensorNode] {
        var order: [TensorNode] = []
        var done = Set<ObjectIdentifier>()
        var stack: [(node: TensorNode, next: Int, operands: [TensorNode])] = [
            (root, 0, root.gradientOperands)
        ]
        var entered: Set<ObjectIdentifier> = [ObjectIdentifier(root)]
        while let top = stack.last {
            if ends.contains(ObjectIdentifier(top.node)) || top.next == top.operands.count {
                stack.removeLast()
                if done.insert(ObjectIdentifier(top.node)).inserted { order.append(top.node) }
                continue
            }
            stack[stack.count - 1].next += 1
            let operand = top.operands[top.next]
            if operand.keepsHistory, entered.insert(ObjectIdentifier(operand)).inserted {
                stack.append((operand, 0, operand.gradientOperands))
            }
        }
        return order.reversed()
    }
}

extension TensorNode {
    /// The nodes that the upstream gradient is given on to.
    fileprivate var gradientOperands: [TensorNode] {
        switch rule {
        case .primitive: source?.operands ?? []
        case .stop, .literal: []
        case .custom(let inputs, _): inputs
        }
    }

    /// The gradient for each operand that depends on a variable.
    fileprivate func operandGradients(upstream: Tensor) -> [(TensorNode, Tensor)] {
        switch rule {
        case .stop, .literal: return []
        case .custom(let inputs, let backward):
            let gradients = backward(upstream)
            guard gradients.count == inputs.count else {
                let fault = Tensor.fault(
                    "custom gradient", expected: "\(inputs.count) gradients",
                    got: "\(gradients.count)")
                return inputs.map { ($0, fault) }
            }
            return zip(inputs, gradients).filter { $0.0.keepsHistory }.map { input, gradient in
                gradient.fault == nil && gradient.type != input.type
                    ? (
                        input,
                        Tensor.fault(
                            "custom gradient", expected: "\(input.type)", got: "\(gradient.type)")
                    )
                    : (input, gradient)
            }
        case .primitive:
            guard let source else { return [] }
            var context = GradientContext(
                operands: source.operands.map(Tensor.init(node:)), result: Tensor(node: self),
                upstream: upstream)
            var parts: [(TensorNode, Tensor)] = []
            for (index, operand) in source.operands.enumerated() {
                if operand.keepsHistory,
                    let part = source.primitive.gradient(context, for: index)
                {
                    parts.append((operand, part))
                }
                if case .concatenate(let axis) = source.primitive {
                    context.offset += operand.type.shape[axis]
                }
            }
            return parts
        }
    }
}

/// What the gradient of a primitive may use.
struct GradientContext {
    /// The operands of the operation.
    let operands: [Tensor]
    /// Its result.
    let result: Tensor
    /// The gradient of the value asked for, for the result.
    let upstream: Tensor
    /// Of concatenated operands, how much lies in front of this one.
    var offset = 0

    /// The only operand, or the first.
    var operand: Tensor { operands[0] }
}
