/// What a graph is made of: everything else in Kalsae is composed of these.
///
/// Every `switch` over primitives lists all cases, so that a new one makes the compiler print what
/// is left to do. The rules for operands and results are in `Primitives/`, one file a family.
public enum Primitive: Hashable, Codable, Sendable {
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

    // Views: the same elements under other indices.

    /// The operand itself, where a tensor needs a node of its own.
    case identity
    /// Repeats axes of size 1 to the sizes of a shape of the same rank.
    case broadcast(Shape)
    /// The same elements in row-major order under another shape.
    case reshape(Shape)
    /// Axes in another order: axis `i` of the result is axis `permutation[i]` of the operand.
    case transpose([Int])
    /// Every `stride`-th element of each axis from `start` on.
    case slice(SliceParameters)

    // Movement: elements are copied.

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
    /// The index (`int32`) of the first largest or smallest element along an axis.
    case argReduce(ArgReduction, axis: Int)

    // Products.

    /// `[…, m, k] · […, k, n]`, each operand read transposed if asked.
    case matrixProduct(MatrixProductParameters)
    /// Cross-correlation of `[batch, height, width, in]` with `[kh, kw, in / groups, out]`.
    case convolution(ConvolutionParameters)
    /// Gradient of a convolution for its input; operands gradient, kernel; the input's shape.
    case convolutionInputGradient(ConvolutionParameters, Shape)
    /// Gradient of a convolution for its kernel; operands input, gradient; the kernel's shape.
    case convolutionWeightGradient(ConvolutionParameters, Shape)
    /// Largest or mean of each window of `[batch, height, width, channels]`.
    case pool(PoolParameters)
    /// Gradient of a pooling for its input; operands input, gradient.
    case poolGradient(PoolParameters)
    /// `softmax(scale · q · kᵀ) · v` for heads side by side; operands q `[batch, queries, features]`,
    /// k and v `[batch, keys, features]`.
    case attention(AttentionParameters)
    /// Gradients of attention for q, k and v one behind the other, flat; operands q, k, v, gradient.
    case attentionGradient(AttentionParameters)

    // The rest.

    /// The first operand, computed no earlier than the second (of at least one element).
    case barrier
    /// Counter-based random numbers; operand the key, `int64[3]` = seed, stream, step.
    case random(RandomParameters)
    /// Running results along an axis, such as running sums.
    case scan(Scan, ScanParameters)
    /// Indices (`int32`) that would sort the last axis, stable; NaN is the largest number.
    case argSort(descending: Bool)
    /// Indices (`int32`) of the k largest of the last axis, largest first; NaN is the largest.
    case topK(Int)
}

extension Primitive {
    /// What kinds of primitives have in common: how they are lowered and what they cost.
    public enum Category: String, CaseIterable, Sendable {
        /// Inputs, constants and ranges: no operands.
        case leaf
        /// Each element from the same elements of the operands.
        case elementwise
        /// The operand's elements under other indices; nothing needs to be copied.
        case view
        /// Elements copied, gathered or scattered.
        case movement
        /// Elements joined along axes.
        case reduction
        /// Sums of products: matrix products, convolutions, attention, and their gradients.
        case contraction
        /// Windows that step over an image.
        case pooling
        /// Random numbers.
        case random
        /// Running sums and orders along an axis.
        case scan
        /// The operand itself, no earlier than another.
        case barrier
    }

    /// The cases of `Primitive` without their parameters; the raw value is the name in graphs.
    public enum Family: String, CaseIterable, Sendable {
        case input, constant, iota
        case unary, binary, compare, select, cast
        case identity, broadcast, reshape, transpose, slice
        case pad, concatenate, gather, scatterAdd
        case reduce, argReduce
        case matrixProduct = "matmul"
        case convolution, convolutionInputGradient, convolutionWeightGradient
        case attention, attentionGradient
        case pool, poolGradient
        case random
        case scan, argSort, topK
        case barrier

        /// What the family has in common with others.
        public var category: Category {
            switch self {
            case .input, .constant, .iota: .leaf
            case .unary, .binary, .compare, .select, .cast: .elementwise
            case .identity, .broadcast, .reshape, .transpose, .slice: .view
            case .pad, .concatenate, .gather, .scatterAdd: .movement
            case .reduce, .argReduce: .reduction
            case .matrixProduct, .convolution, .convolutionInputGradient,
                .convolutionWeightGradient, .attention, .attentionGradient:
                .contraction
            case .pool, .poolGradient: .pooling
            case .random: .random
            case .scan, .argSort, .topK: .scan
            case .barrier: .barrier
            }
        }
    }

    /// The case without its parameters.
    public var family: Family {
        switch self {
        case .input: .input
        case .constant: .constant
        case .iota: .iota
        case .unary: .unary
        case .binary: .binary
        case .compare: .compare
        case .select: .select
        case .cast: .cast
        case .identity: .identity
        case .broadcast: .broadcast
        case .reshape: .reshape
        case .transpose: .transpose
        case .slice: .slice
        case .pad: .pad
        case .concatenate: .concatenate
        case .gather: .gather
        case .scatterAdd: .scatterAdd
        case .reduce: .reduce
        case .argReduce: .argReduce
        case .matrixProduct: .matrixProduct
        case .convolution: .convolution
        case .convolutionInputGradient: .convolutionInputGradient
        case .convolutionWeightGradient: .convolutionWeightGradient
        case .pool: .pool
        case .poolGradient: .poolGradient
        case .attention: .attention
        case .attentionGradient: .attentionGradient
        case .random: .random
        case .scan: .scan
        case .argSort: .argSort
        case .topK: .topK
        case .barrier: .barrier
        }
    }

    /// What the primitive has in common with others.
    public var category: Category { family.category }
}
