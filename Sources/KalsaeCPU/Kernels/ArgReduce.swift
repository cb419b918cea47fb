import CKalsaeKernels
import KalsaeGraph

extension Kernel {
    /// The position of the first largest or smallest element along an axis; a NaN counts as such.
    static func argReduce(_ reduction: ArgReduction, _ operand: TensorType, axis: Int) -> Kernel {
        let sizes = operand.shape.sizes
        let outer = Int64(sizes[..<axis].reduce(1, *))
        let inner = Int64(sizes[(axis + 1)...].reduce(1, *))
        let count = Int64(sizes[axis])
        let type = operand.dtype.kernelType
        let largest: Int32 = reduction == .max ? 1 : 0
        return Kernel(
            name: reduction == .max ? "argMax" : "argMin",
            flops: Double(operand.shape.elementCount)
        ) { pointers in
            kls_arg_reduce(type, largest, outer, count, inner, pointers[0], pointers[1])
        }
    }
}
