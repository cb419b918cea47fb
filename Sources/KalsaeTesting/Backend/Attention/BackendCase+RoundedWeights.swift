import KalsaeGraph
import KalsaeReference

extension BackendCase {
    /// The case for a device whose tensor cores take the weights of attention in a type of fewer digits: each
    /// result may be off by what rounding its weights explains. Cases of other operations stay as they are.
    ///
    /// - Parameter rounding: what weights are rounded to, by the type of the operands in the options' precision; nil
    ///   where they are not.
    public func roundingWeights(_ rounding: (DType) -> WeightRounding?) -> BackendCase {
        guard graph.outputs.count == 1, let node = graph.nodes.last,
            let operand = node.operands.first,
            let parameters = node.primitive.attentionParameters,
            let rounding = rounding(
                options.precision.operandType ?? graph.nodes[operand].type.dtype)
        else { return self }
        var rounded = self
        rounded.allowance = { AttentionMagnitudes($0, parameters).errors(rounding) }
        return rounded
    }
}

extension Primitive {
    fileprivate var attentionParameters: AttentionParameters? {
        switch self {
        case .attention(let parameters), .attentionGradient(let parameters): parameters
        case _: nil
        }
    }
}

/// What rounding to a floating-point type changes at most: half a unit of its last digit, and half of its smallest
/// number.
public struct WeightRounding: Sendable {
    let relative: Double, absolute: Double

    /// To a type of so many binary digits whose smallest number is 2 to some power.
    public init(digits: Int, smallest exponent: Int) {
        relative = Double(sign: .plus, exponent: -digits, significand: 1)
        absolute = Double(sign: .plus, exponent: exponent - 1, significand: 1)
    }
}
