import KalsaeGraph

/// A piece of memory that a plan reads or writes.
package struct Storage {
    /// Where its bytes come from.
    package enum Kind: Equatable {
        /// The buffer of a graph input.
        case input(Int)
        /// Data that is known when the plan is made.
        case literal([UInt8])
        /// What an op computes.
        case computed
    }

    package var kind: Kind
    package var byteCount: Int
    package var dtype: DType
}

/// One computation of a plan before fusion: what remains of a node once movements are views.
package struct LoweredOp {
    /// How an op is computed.
    package enum Kind {
        /// Element by element, in a loop.
        case element(Primitive)
        /// A reduction, in a loop.
        case reduction(Reduction, axes: [Int])
        /// By a kernel of its own.
        case kernel(Primitive)
        /// A strided value written densely.
        case copy
    }

    package var kind: Kind
    package var operands: [View]
    package var operandTypes: [TensorType]
    package var type: TensorType
    /// The storage of the result, if the result needs one.
    package var result: Int

    /// The primitive that has a kernel of its own, if this is one.
    package var kernelPrimitive: Primitive? {
        if case .kernel(let primitive) = kind { return primitive }
        return nil
    }

    /// Whether this is a product, a convolution or a gradient of one, with `float32` sums.
    var isFloatProduct: Bool {
        guard type.dtype == .float32 else { return false }
        switch kernelPrimitive {
        case .matrixProduct, .convolution, .convolutionInputGradient, .convolutionWeightGradient:
            return true
        case _: return false
        }
    }

    /// Whether the op can be part of a loop.
    package var isLoop: Bool { kernelPrimitive == nil }

    /// Whether this is a copy of which another axis becomes innermost, best done block by block by
    /// a kernel that takes so many axes.
    func isTransposingCopy(axes: Int) -> Bool {
        guard case .copy = kind else { return false }
        let view = operands[0]
        return view.innerStride != 0 && view.innerStride != 1
            && view.shape.count { $0 != 1 } <= axes
    }

    /// The shape over which the op iterates.
    var iterationShape: Shape {
        if case .reduction = kind { return operandTypes[0].shape }
        return type.shape
    }

    /// Floating-point operations of one run.
    package var flops: Double {
        switch kind {
        case .element(let primitive), .kernel(let primitive):
            primitive.flops(operandTypes.map(\.shape), result: type.shape)
        case .reduction(let reduction, let axes):
            Primitive.reduce(reduction, axes: axes).flops(
                operandTypes.map(\.shape), result: type.shape)
        case .copy: 0
        }
    }
}
