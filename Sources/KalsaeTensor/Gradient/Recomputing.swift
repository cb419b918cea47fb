import KalsaeGraph

/// A function whose values inside are not kept for the gradient but computed once more by it.
///
/// Between forward and backward only the inputs stay in memory, at the price of a second forward
/// computation (Chen et al., 2016, gradient checkpointing; PyTorch's `checkpoint`).
///
/// ```swift
/// let y = recomputing([x, weight]) { $0[0].matmul($0[1]).tanh() }
/// ```
///
/// - Parameters:
///   - inputs: what the function gets; gradients flow to these and to nothing else.
///   - function: pure, since it is called again.
public func recomputing(
    _ inputs: [Tensor], _ function: @escaping @Sendable ([Tensor]) -> Tensor
) -> Tensor {
    recomputing(inputs, function, again: function)
}

/// The same, where the second computation needs surroundings of its own.
package func recomputing(
    _ inputs: [Tensor], _ function: ([Tensor]) -> Tensor,
    again: @escaping @Sendable ([Tensor]) -> Tensor
) -> Tensor {
    withCustomGradient(inputs, forward: function) { upstream in
        let late = inputs.map { $0.available(after: upstream).asVariable() }
        return Tensor.gradients(of: again(late), upstream: upstream, for: late)
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
