import KalsaeGraph
import KalsaeLowering
import KalsaeSupport

extension Kernel {
    /// The kernel of a primitive that has one of its own.
    static func select(
        _ primitive: Primitive, operands: [TensorType], result: TensorType
    ) throws(KalsaeError) -> Kernel {
        if case .argReduce(let reduction, let axis) = primitive {
            return argReduce(reduction, operands[0], axis: axis)
        }
        if let kernel = try heavy(primitive, operands: operands, result: result) { return kernel }
        throw KalsaeError(primitive.name, expected: "a primitive with a kernel", got: "a loop")
    }

    /// A strided value written densely; its offset is in the pointer already.
    static func copy(_ view: View, _ dtype: DType) throws(KalsaeError) -> Kernel {
        let copy = try StridedCopy(
            "copy", dtype, sizes: view.shape.sizes, from: view.strides, to: view.shape.strides)
        return Kernel(name: "copy", usesThreads: view.shape.elementCount >= 1 << 16) {
            copy.run(from: $0[0], to: $0[1])
        }
    }
}
