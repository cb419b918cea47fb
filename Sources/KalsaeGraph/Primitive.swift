/// What a graph is made of: everything else in Kalsae is composed of these.
///
/// Every `switch` over primitives lists all cases, so that a new one makes the compiler print what
/// is left to do. The rules for operands and results are in `Primitives/`, one file a family.
public enum Primitive: Hashable, Sendable {
    // Leaves: no operands.

    /// The graph's input at a position; its type stands in the node.
    case input(Int)
    /// One number, of shape `[]`.
    case constant(Scalar)
    /// 0, 1, 2, … along one axis.
    case iota(IotaParameters)

    // Element by element: operands and result have one shape.

    /// A function of one number.
    case unary(UnaryOperation)
    /// A function of two numbers of the same type.
    case binary(BinaryOperation)
    /// A comparison of two numbers of the same type; the result is `bool`.
    case compare(Comparison)
    /// `condition ? a : b`; operands condition (`bool`), a, b.
    case select
    /// The same numbers in another type.
    case cast(DType)

    // Movement: the same numbers in other places.

    /// Repeats axes of size 1 to the sizes of a shape of the same rank.
    case broadcast(Shape)
    /// The same elements in row-major order under another shape.
    case reshape(Shape)
    /// Axes in another order: axis `i` of the result is axis `permutation[i]` of the operand.
    case transpose([Int])
    /// Every `stride`-th element of each axis from `start` on.
    case slice(SliceParameters)
    /// A number (second operand, shape `[]`) put before, behind and between the elements.
    case pad(PadParameters)
    /// Operands one behind the other along an axis.
    case concatenate(axis: Int)
    /// Entries of an axis by number; operands values, indices (`int32` or `int64`, any shape).
    case gather(axis: Int)
    /// Adds updates to entries of an axis by number; operands base, indices, updates.
    case scatterAdd(axis: Int)

    // Reductions: the reduced axes stay, with size 1.

    /// Sum, product, largest or smallest over some axes.
    case reduce(Reduction, axes: [Int])
    /// The position (`int32`) of the first largest or smallest element along an axis.
    case argReduce(ArgReduction, axis: Int)

    // Products.

    /// `[…, m, k] · […, k, n]`, each operand read transposed if asked.
    case matrixProduct(MatrixProductParameters)
    /// Cross-correlation of `[batch, height, width, in]` with `[kh, kw, in / groups, out]`.
    case convolution(ConvolutionParameters)
    /// Gradient of a convolution for its input; operands gradient, kernel; the input's shape.
    case convolutionInputGradient(ConvolutionParameters, Shape)
    /// Gradient of a convolution for its kernel; operands input, gradient; the kernel's shape.
    case convolutionKernelGradient(ConvolutionParameters, Shape)
    /// Largest or mean of each window of `[batch, height, width, channels]`.
    case pool(PoolParameters)
    /// Gradient of a pooling for its input; operands input, gradient.
    case poolGradient(PoolParameters)
    /// `softmax(scale · q · kᵀ) · v` for heads side by side; operands q `[batch, places, features]`,
    /// k and v `[batch, others, features]`.
    case attention(AttentionParameters)
    /// Gradients of attention for q, k and v one behind the other, flat; operands q, k, v, gradient.
    case attentionGradient(AttentionParameters)

    // The rest.

    /// Counter-based random numbers; operand the key, `int64[3]` = seed, stream, step.
    case random(RandomParameters)
    /// Running sums along an axis; of `float32` in `Double`, whole numbers wrap.
    case cumulativeSum(CumulativeSumParameters)
    /// Positions (`int32`) that would sort the last axis, stable; NaN is the largest number.
    case argSort(descending: Bool)
    /// Positions (`int32`) of the k largest of the last axis, largest first; NaN is the largest.
    case topK(Int)
}

/// A function of one number.
public enum UnaryOperation: String, CaseIterable, Hashable, Sendable {
    case negate, absolute, sign
    case exp, expm1, log, log1p, sqrt, rsqrt, reciprocal
    case sin, cos, atan, tanh, sigmoid, erf
    case floor, ceil, round
    case logicalNot
}

/// A function of two numbers.
///
/// Whole numbers wrap. `divide` rounds them towards minus infinity, and the least one divided by -1
/// is itself; `remainder` has the divisor's sign; a whole divisor of 0 is an error of the run.
/// `minimum` and `maximum` give NaN if either is.
public enum BinaryOperation: String, CaseIterable, Hashable, Sendable {
    case add, subtract, multiply, divide
    case power, minimum, maximum, atan2, remainder
    case logicalAnd, logicalOr
}

/// A comparison; the others are these with swapped operands or negated.
public enum Comparison: String, CaseIterable, Hashable, Sendable {
    case equal, less, lessOrEqual
}

/// How a reduction joins elements; `max` and `min` give NaN if any element is. Sums and products of
/// whole numbers wrap in their own type; tensors are widened to `int64` before.
public enum Reduction: String, CaseIterable, Hashable, Sendable {
    case sum, product, max, min
}

/// Which position a reduction looks for.
public enum ArgReduction: String, CaseIterable, Hashable, Sendable {
    case max, min
}
