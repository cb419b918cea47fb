/// The sizes of a tensor's axes, outermost first; `[]` is a scalar.
public struct Shape: Hashable, Codable, Sendable, ExpressibleByArrayLiteral, RandomAccessCollection
{
    /// The size of each axis.
    public var sizes: [Int]

    /// Makes a shape from its sizes.
    public init(_ sizes: [Int]) { self.sizes = sizes }

    /// Makes a shape from any sequence of sizes.
    public init(_ sizes: some Sequence<Int>) { self.sizes = Array(sizes) }

    /// Makes a shape from literal sizes.
    public init(arrayLiteral sizes: Int...) { self.sizes = sizes }

    /// The first axis, always 0.
    public var startIndex: Int { 0 }
    /// One past the last axis.
    public var endIndex: Int { sizes.count }
    /// The size of one axis.
    public subscript(axis: Int) -> Int {
        get { sizes[axis] }
        set { sizes[axis] = newValue }
    }

    /// The number of axes.
    public var rank: Int { sizes.count }

    /// The most elements that a tensor may have: 2^44, far beyond memory yet safe to multiply.
    public static let largestElementCount = 1 << 44

    /// Whether no size is negative and the number of elements stays under the limit.
    public var isValid: Bool {
        var count = 1
        var hasZero = false
        for size in sizes {
            if size < 0 { return false }
            if size == 0 {
                hasZero = true
                continue
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            if overflow || product > Shape.largestElementCount { return false }
            count = product
        }
        return hasZero || count <= Shape.largestElementCount
    }

    /// The number of elements; 1 for a scalar. Meaningful for valid shapes.
    public var elementCount: Int { sizes.reduce(1, &*) }

    /// Row-major strides in elements.
    public var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        var step = 1
        for axis in sizes.indices.reversed() {
            strides[axis] = step
            step &*= Swift.max(sizes[axis], 1)
        }
        return strides
    }

    /// The axis counted from 0 for one that may be counted from the end (-1 is the last).
    public func normalized(axis: Int) -> Int? {
        let positive = axis < 0 ? axis + rank : axis
        return indices.contains(positive) ? positive : nil
    }

    /// The shape that two shapes broadcast to by NumPy's rule, or nil where they do not.
    public func broadcast(with other: Shape) -> Shape? {
        let count = Swift.max(rank, other.rank)
        var result = [Int](repeating: 1, count: count)
        for fromEnd in 1...Swift.max(count, 1) where fromEnd <= count {
            let left = fromEnd <= rank ? sizes[rank - fromEnd] : 1
            let right = fromEnd <= other.rank ? other.sizes[other.rank - fromEnd] : 1
            if left != right && left != 1 && right != 1 { return nil }
            result[count - fromEnd] = left == 1 ? right : left
        }
        return Shape(result)
    }
}

extension Shape: CustomStringConvertible {
    /// The sizes as in `[32, 784]`.
    public var description: String {
        "[" + sizes.map(String.init).joined(separator: ", ") + "]"
    }
}

/// The type of a value in a graph: what its elements are and how many along each axis.
public struct TensorType: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The element type.
    public var dtype: DType
    /// The sizes of the axes.
    public var shape: Shape

    /// Makes a type.
    public init(_ dtype: DType, _ shape: Shape) {
        self.dtype = dtype
        self.shape = shape
    }

    /// Bytes that the elements take, densely packed.
    public var byteCount: Int { shape.elementCount &* dtype.byteSize }

    /// As in `float32[32, 784]`.
    public var description: String { "\(dtype.rawValue)\(shape)" }
}
