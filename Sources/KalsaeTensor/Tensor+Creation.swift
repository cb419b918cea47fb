import Glibc
import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

extension Tensor {
    /// A scalar that is data, not part of the graph: another number finds the same plan.
    public init<Element: TensorElement>(_ value: Element) {
        self.init([value], shape: [])
    }

    /// A vector.
    public init<Element: TensorElement>(_ values: [Element]) {
        self.init(values, shape: [values.count])
    }

    /// Elements in row-major order under a shape; a fault where the counts differ.
    public init<Element: TensorElement>(
        _ values: [Element], shape: Shape, file: StaticString = #fileID, line: UInt = #line
    ) {
        guard shape.isValid, shape.elementCount == values.count else {
            self = .fault(
                "Tensor", expected: "\(values.count) elements as the array has", got: "\(shape)",
                site: CallSite(file: file, line: line))
            return
        }
        do {
            let type = TensorType(Element.dtype, shape)
            let buffer = try Buffer(byteCount: type.byteCount)
            values.withUnsafeBytes { bytes in
                if let base = bytes.baseAddress { memcpy(buffer.pointer, base, type.byteCount) }
            }
            self.init(node: TensorNode(buffer, type))
        } catch {
            self.init(error, site: CallSite(file: file, line: line))
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
        let places = Tensor.apply(.iota(IotaParameters(TensorType(.int32, shape), axis: 1)), [])
        return (rows .== places).cast(to: dtype)
    }
}

/// A nested array literal of numbers.
public enum TensorLiteral: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, Sendable
{
    case number(Double)
    case list([TensorLiteral])

    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    /// A row of numbers, or of rows.
    public init(arrayLiteral elements: TensorLiteral...) { self = .list(elements) }

    /// The shape, where all rows are equally long, and the numbers in row-major order.
    func flattened(into numbers: inout [Float]) -> Shape? {
        switch self {
        case .number(let value):
            numbers.append(Float(value))
            return []
        case .list(let elements):
            var inner: Shape?
            for element in elements {
                guard let shape = element.flattened(into: &numbers), inner ?? shape == shape
                else { return nil }
                inner = shape
            }
            return Shape([elements.count] + (inner?.sizes ?? []))
        }
    }
}

extension Tensor: ExpressibleByArrayLiteral {
    /// `float32` numbers from a nested literal; a fault where rows differ in length.
    public init(arrayLiteral elements: TensorLiteral...) {
        var numbers: [Float] = []
        guard let shape = TensorLiteral.list(elements).flattened(into: &numbers) else {
            self = .fault("literal", expected: "rows of one length", got: "rows that differ")
            return
        }
        self.init(numbers, shape: shape)
    }
}
