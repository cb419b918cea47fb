import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// An array of numbers of one type, with any number of axes; a value.
///
/// Operations compute nothing: they check shapes and note what is to be done. Asking for numbers
/// (`values()`, `item()`, `evaluate()`, `print`) computes everything that is needed at once, by a
/// plan that is kept for the next time.
///
/// An impossible operation gives a tensor that carries a ``TensorFault``; asking for its numbers
/// throws it.
public struct Tensor: Sendable {
    package let node: TensorNode

    package init(node: TensorNode) { self.node = node }

    /// The sizes of the axes; `[]` for a scalar (and for a faulty tensor).
    public var shape: Shape { node.type.shape }
    /// The type of the elements.
    public var dtype: DType { node.type.dtype }
    /// The number of axes.
    public var rank: Int { node.type.shape.rank }
    /// The number of elements.
    public var count: Int { node.type.shape.elementCount }
    /// The fault that the tensor carries, if its operation was impossible.
    public var fault: TensorFault? { node.fault }
    package var type: TensorType { node.type }

    /// The tensor of an operation on others: checked, typed, not computed.
    package static func apply(
        _ primitive: Primitive, _ operands: [Tensor], site: CallSite? = nil
    ) -> Tensor {
        for operand in operands where operand.fault != nil { return operand }
        if primitive.category == .contraction,
            let half = operands.first(where: { $0.dtype.isHalf })
        {
            return .fault(
                primitive.name, expected: "operands of a type with arithmetic",
                got: half.dtype.rawValue,
                advice: "convert them with .cast(to: .float32), and choose the device's precision",
                operands: operands, site: site)
        }
        do {
            let type = try primitive.resultType(of: operands.map(\.type))
            return Tensor(node: TensorNode(primitive, operands.map(\.node), type))
        } catch {
            return Tensor(error, operands: operands, site: site)
        }
    }

    /// A tensor that carries a fault.
    package init(_ error: KalsaeError, operands: [Tensor] = [], site: CallSite? = nil) {
        let label = operands.lazy.compactMap(\.node.label).first
        let layer = label.map { $0.split(separator: ".").dropLast().joined(separator: ".") }
        let known = site.flatMap { $0.isOwn ? nil : $0 }
        let fault = TensorFault(
            error, layer: layer == "" ? nil : layer, site: known ?? CallSite.ofCaller())
        node = TensorNode(fault: fault)
    }

    /// A fault that a rule of an operation found, or the first fault of an operand.
    static func fault(
        _ operation: String, expected: String, got: String, advice: String = "",
        operands: [Tensor] = [], site: CallSite? = nil
    ) -> Tensor {
        for operand in operands where operand.fault != nil { return operand }
        let error = KalsaeError(operation, expected: expected, got: got, advice: advice)
        return Tensor(error, operands: operands, site: site)
    }

    /// One number of the type, as a constant of the graph.
    static func constant(_ value: Double, _ dtype: DType) -> Tensor {
        let scalar = Scalar(value, dtype)
        guard dtype.isFloat || scalar.double == value else {
            return .fault(
                "number", expected: "a whole number that fits \(dtype.rawValue)", got: "\(value)",
                advice: "convert the tensor with .cast(to: .float32)")
        }
        return .apply(.constant(scalar), [])
    }

    /// One number repeated to the shape and type of this tensor.
    func filled(_ value: Double) -> Tensor {
        Tensor.constant(value, dtype).broadcast(to: shape)
    }
}
