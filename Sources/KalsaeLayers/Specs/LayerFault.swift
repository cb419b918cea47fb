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
            let isSmall = shape.contains { $0 < 1 }
            return refusal(
                layer,
                expected: isSmall ? "sizes of at least 1" : "weights whose count is below 2^63",
                got: "\(shape)", advice: isSmall ? "" : "use a smaller layer")
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
