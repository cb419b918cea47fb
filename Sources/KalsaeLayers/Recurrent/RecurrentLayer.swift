import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A layer that goes over a sequence step by step and carries a state.
///
/// Input `[batch, time, in]`; output the last step's `[batch, units]`, or all steps'
/// `[batch, time, units]` with `returnsSequences`. The loop is unrolled when it is traced: the
/// plan grows with the length, and each length has a plan of its own.
///
/// At first the weights of the state are orthogonal, as in Keras (Saxe et al., 2014).
///
/// Calls are pure: to go on where a call ended, hand the state of ``run(_:mask:from:isReversed:)``
/// to the next one.
public protocol RecurrentLayer: Layer {
    /// The size of the state and of the output.
    var units: Int { get }
    /// The size of the last axis of the input.
    var inputs: Int { get }
    /// Whether the outputs of all steps come out.
    var returnsSequences: Bool { get }
    /// The number of tensors `[batch, units]` that make the state; the first is the output.
    static var stateCount: Int { get }
    /// The name in files and messages.
    static var kind: String { get }
    /// What does not depend on the state, for all steps at once: `[batch, time, gates · units]`.
    func projected(_ x: Tensor) -> Tensor
    /// The state after a step.
    func step(_ input: Tensor, _ state: [Tensor]) -> [Tensor]
}

extension RecurrentLayer {
    /// The layer's output from a state of zeros.
    public func callAsFunction(_ x: Tensor) -> Tensor { run(x).output }

    /// The layer's output; where the mask `[batch, time]` is false, a step changes nothing.
    public func callAsFunction(_ x: Tensor, mask: Tensor) -> Tensor { run(x, mask: mask).output }

    /// The output and the last state.
    ///
    /// - Parameters:
    ///   - x: the sequences, `[batch, time, in]`.
    ///   - mask: `bool[batch, time]`; a false step keeps the state, and its output is the one
    ///     before.
    ///   - state: where to begin; without it, zeros.
    ///   - isReversed: whether to go from the end to the start; the outputs then stand in the
    ///     order in which they were made.
    public func run(
        _ x: Tensor, mask: Tensor? = nil, from state: [Tensor]? = nil, isReversed: Bool = false
    ) -> (output: Tensor, state: [Tensor]) {
        if let refused = refused(x, mask, state) { return (refused, []) }
        var steps = projected(x).steps
        var masks = mask.map { $0.expandingShape(at: 2).steps }
        if isReversed {
            steps.reverse()
            masks?.reverse()
        }
        let zeros = Tensor.zeros([x.shape[0], units], dtype: x.dtype)
        var now = state ?? [Tensor](repeating: zeros, count: Self.stateCount)
        var outputs: [Tensor] = []
        for (index, input) in steps.enumerated() {
            var next = step(input, now)
            if let masks {
                let isOn = masks[index].broadcast(to: zeros.shape)
                next = zip(next, now).map { isOn.select($0, $1) }
            }
            now = next
            if returnsSequences { outputs.append(now[0]) }
        }
        return (returnsSequences ? .stack(outputs, axis: 1) : now[0], now)
    }

    private func refused(_ x: Tensor, _ mask: Tensor?, _ state: [Tensor]?) -> Tensor? {
        let parameters = tensors.map(\.tensor)
        for tensor in [x] + parameters where tensor.fault != nil { return tensor }
        guard x.rank == 3, x.shape[2] == inputs, x.shape[1] > 0 else {
            return refusal(
                Self.kind, expected: "input [batch, at least one step, \(inputs)]",
                got: "\(x.shape)", parameters)
        }
        if let mask {
            if mask.fault != nil { return mask }
            guard mask.dtype == .bool, mask.shape == [x.shape[0], x.shape[1]] else {
                return refusal(
                    Self.kind, expected: "a mask bool\(Shape(x.shape.prefix(2)))",
                    got: "\(mask.dtype.rawValue)\(mask.shape)", parameters)
            }
        }
        guard let state else { return nil }
        for tensor in state where tensor.fault != nil { return tensor }
        let wanted = TensorType(x.dtype, [x.shape[0], units])
        guard state.count == Self.stateCount, state.allSatisfy({ $0.type == wanted }) else {
            return refusal(
                Self.kind, expected: "a state of \(Self.stateCount) tensors \(wanted)",
                got: state.map { "\($0.type)" }.joined(separator: ", "), parameters)
        }
        return nil
    }
}

extension Initializer {
    /// For the weights of a state: orthogonal, as in Keras, which keeps the lengths of states.
    ///
    /// Its cost grows with the cube of the units; above 1,024 it is Glorot's uniform.
    static func ofState(units: Int) -> Initializer { units <= 1024 ? .orthogonal : .glorotUniform }
}

extension Tensor {
    /// The entries of axis 1.
    ///
    /// By halves of halves: the gradient of a slice fills the rest with zeros, which for one slice
    /// a step would cost the square of the length.
    var steps: [Tensor] {
        guard fault == nil else { return [self] }
        let count = shape[1]
        guard count > 1 else { return [squeezingShape(at: 1)] }
        return self[.all, ..<(count / 2)].steps + self[.all, (count / 2)...].steps
    }
}
