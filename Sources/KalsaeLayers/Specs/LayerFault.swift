import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A tensor that carries the refusal of a layer, or the first fault of an operand.
func refusal(
    _ layer: String, expected: String, got: String, advice: String = "", _ operands: [Tensor] = []
) -> Tensor {
    for operand in operands where operand.fault != nil { return operand }
    return Tensor(
        KalsaeError(layer, expected: expected, got: got, advice: advice), operands: operands)
}

extension Initializer {
    /// A parameter of a layer; a size below 1 is a fault that names the layer.
    func parameter(_ shape: Shape, of layer: String) -> Tensor {
        guard shape.isValid, !shape.contains(where: { $0 < 1 }) else {
            return refusal(layer, expected: "sizes of at least 1", got: "\(shape)")
        }
        return parameter(shape)
    }
}

extension KalsaeError {
    /// The same error with the layer in front, unless it is there.
    func naming(_ layer: String) -> KalsaeError {
        guard subject != layer else { return self }
        return KalsaeError("\(layer): \(subject)", expected: expected, got: got, advice: advice)
    }
}
