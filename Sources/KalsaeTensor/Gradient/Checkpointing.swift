import KalsaeGraph

/// A function under gradient checkpointing (Chen et al., 2016; PyTorch's `checkpoint`): its
/// intermediate values are computed a second time in the backward pass instead of stored.
///
/// Between forward and backward pass only the inputs stay in memory, at the price of a second
/// forward pass.
///
/// ```swift
/// let y = checkpointed([x, weight]) { $0[0].matmul($0[1]).tanh() }
/// ```
///
/// - Parameters:
///   - inputs: what the function gets; gradients flow to these and to nothing else.
///   - function: pure, since the backward pass calls it a second time.
public func checkpointed(
    _ inputs: [Tensor], _ function: @escaping @Sendable ([Tensor]) -> Tensor
) -> Tensor {
    checkpointed(inputs, function, secondPass: function)
}

/// The same, where the second forward pass needs a scope of its own.
package func checkpointed(
    _ inputs: [Tensor], _ function: ([Tensor]) -> Tensor,
    secondPass: @escaping @Sendable ([Tensor]) -> Tensor
) -> Tensor {
    withCustomGradient(inputs, forward: function) { upstream in
        let late = inputs.map { $0.available(after: upstream).asVariable() }
        return Tensor.gradients(of: secondPass(late), upstream: upstream, for: late)
    }
}

extension Tensor {
    /// The same numbers, but not before another tensor is there: equal operations on them are not
    /// merged with those on the numbers as they were.
    fileprivate func available(after other: Tensor) -> Tensor {
        guard fault == nil, other.fault == nil, count > 0, other.count > 0 else { return self }
        return Tensor(node: TensorNode(.barrier, [node, other.node], type))
    }
}
