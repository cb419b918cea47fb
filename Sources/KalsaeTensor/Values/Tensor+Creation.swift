import Glibc
import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

extension Tensor {
    /// A scalar that is data, not part of the graph: another number finds the same plan.
    ///
    /// A literal is not data but a number of the source: `Tensor(3)` is `3 as Tensor`.
    public init<Element: TensorElement>(_ value: Element) {
        self.init(elements: [value], [], CallSite(file: #fileID, line: #line))
    }

    /// A vector, in the type of the array's elements; of a literal with fractions `float32`.
    @_disfavoredOverload  // see Decisions/0006
    public init<Element: TensorElement>(_ values: [Element]) {
        self.init(elements: values, [values.count], CallSite(file: #fileID, line: #line))
    }

    /// Elements in row-major order under a shape; a fault where the counts differ.
    @_disfavoredOverload
    public init<Element: TensorElement>(
        _ values: [Element], shape: Shape, file: StaticString = #fileID, line: UInt = #line
    ) {
        self.init(elements: values, shape, CallSite(file: file, line: line))
    }

    /// A vector of `float32`, which a literal with fractions is: `Tensor([1.5, 2.5])`.
    public init(_ values: [Float]) {
        self.init(elements: values, [values.count], CallSite(file: #fileID, line: #line))
    }

    /// `float32` numbers in row-major order under a shape; a fault where the counts differ.
    public init(
        _ values: [Float], shape: Shape, file: StaticString = #fileID, line: UInt = #line
    ) {
        self.init(elements: values, shape, CallSite(file: file, line: line))
    }

    /// A vector of `int64`, which a literal of whole numbers is: `Tensor([1, 2])`.
    public init(_ values: [Int]) {
        self.init(elements: values, [values.count], CallSite(file: #fileID, line: #line))
    }

    /// `int64` numbers in row-major order under a shape; a fault where the counts differ.
    public init(
        _ values: [Int], shape: Shape, file: StaticString = #fileID, line: UInt = #line
    ) {
        self.init(elements: values, shape, CallSite(file: file, line: line))
    }

    private init<Element: TensorElement>(
        elements values: [Element], _ shape: Shape, _ site: CallSite
    ) {
        guard shape.isValid, shape.elementCount == values.count else {
            self = .fault(
                "Tensor", expected: "\(values.count) elements as the array has", got: "\(shape)",
                site: site)
            return
        }
        do {
            let type = TensorType(Element.dtype, shape)
            let buffer = try Buffer(byteCount: type.byteCount)
            try buffer.withMutableHostBytes { target in
                values.withUnsafeBytes { target.copyMemory(from: $0) }
            }
            self.init(node: TensorNode(buffer, type))
        } catch {
            self.init(error, site: site)
        }
    }

    /// A tensor over the bytes of a buffer, which nobody may write to from now on.
    package init(_ buffer: Buffer, _ type: TensorType) {
        self.init(node: TensorNode(buffer, type))
    }

    /// One number everywhere.
    public static func full(
        _ shape: Shape, _ value: Double, dtype: DType = .float32
    ) -> Tensor {
        Tensor.constant(value, dtype).broadcast(to: shape)
    }

    /// Zeros.
    public static func zeros(_ shape: Shape, dtype: DType = .float32) -> Tensor {
        full(shape, 0, dtype: dtype)
    }

    /// Ones.
    public static func ones(_ shape: Shape, dtype: DType = .float32) -> Tensor {
        full(shape, 1, dtype: dtype)
    }

    /// Zeros in the shape and type of another tensor.
    public static func zeros(like other: Tensor) -> Tensor {
        other.fault == nil ? other.filled(0) : other
    }

    /// Ones in the shape and type of another tensor.
    public static func ones(like other: Tensor) -> Tensor {
        other.fault == nil ? other.filled(1) : other
    }

    /// The whole numbers `0 ..< count`, as a vector.
    public static func arange(_ count: Int, dtype: DType = .int32) -> Tensor {
        .apply(.iota(IotaParameters(TensorType(dtype, [count]), axis: 0)), [])
    }

    /// Numbers from `start` up to but not including `end`, `step` apart.
    public static func arange(
        from start: Double, to end: Double, by step: Double = 1, dtype: DType = .float32
    ) -> Tensor {
        let length = ((end - start) / step).rounded(.up)
        guard step != 0, length.isFinite, length < Double(Shape.largestElementCount) else {
            return .fault(
                "arange", expected: "a finite number of steps", got: "\(start) to \(end) by \(step)"
            )
        }
        let count = Tensor.arange(Int(Swift.max(length, 0)), dtype: dtype)
        return count * step + start
    }

    /// `count` numbers from `start` to `end`, both included, equally far apart.
    public static func linspace(
        from start: Double, to end: Double, count: Int, dtype: DType = .float32
    ) -> Tensor {
        guard count > 1 else { return full([count], start, dtype: dtype) }
        // Weights of the two ends, so that both are hit exactly.
        let weight = Tensor.arange(count, dtype: .float64) / Double(count - 1)
        return ((1 - weight) * start + weight * end).cast(to: dtype)
    }

    /// The identity matrix of `size` rows, or its first `columns` columns.
    public static func eye(_ size: Int, columns: Int? = nil, dtype: DType = .float32) -> Tensor {
        let shape: Shape = [size, columns ?? size]
        let rows = Tensor.apply(.iota(IotaParameters(TensorType(.int32, shape), axis: 0)), [])
        let numbers = Tensor.apply(.iota(IotaParameters(TensorType(.int32, shape), axis: 1)), [])
        return (rows .== numbers).cast(to: dtype)
    }
}
