import KalsaeGraph

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

extension Tensor: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// One `float32` number, as an array literal has them. An operator, `select` and the like give it
    /// the type of the tensor that it stands beside: with `let half: Tensor = 0.5`, `half * x` has the
    /// type of `x`.
    public init(floatLiteral value: Double) { self.init(literal: value) }

    /// One `float32` number; beside another tensor it takes on that tensor's type.
    public init(integerLiteral value: Int) { self.init(literal: Double(value)) }

    /// Infinity as a literal: `x .< .infinity`.
    public static var infinity: Tensor { Tensor(literal: .infinity) }
    /// Not a number, as a literal.
    public static var nan: Tensor { Tensor(literal: .nan) }
    /// The number π as a literal.
    public static var pi: Tensor { Tensor(literal: .pi) }

    init(literal value: Double) {
        let type = TensorType(.float32, [])
        node = TensorNode(.constant(Scalar(value, .float32)), [], type, rule: .literal(value))
    }

    /// The number, where the tensor is a literal that has no type of its own.
    var literal: Double? {
        guard case .literal(let value) = node.rule else { return nil }
        return value
    }

    /// Both tensors in one type, where one is a literal.
    static func adapted(_ left: Tensor, _ right: Tensor) -> (Tensor, Tensor) {
        switch (left.literal, right.literal) {
        case (let value?, nil) where left.dtype != right.dtype:
            (right.scalar(value), right)
        case (nil, let value?) where left.dtype != right.dtype:
            (left, left.scalar(value))
        default: (left, right)
        }
    }

    /// A function of two literals, which is one again.
    static func literal(_ operation: BinaryOperation, _ left: Tensor, _ right: Tensor) -> Tensor? {
        guard let x = left.literal, let y = right.literal else { return nil }
        switch operation {
        case .add: return Tensor(literal: x + y)
        case .subtract: return Tensor(literal: x - y)
        case .multiply: return Tensor(literal: x * y)
        case .divide: return Tensor(literal: x / y)
        case .power, .minimum, .maximum, .atan2, .remainder, .logicalAnd, .logicalOr: return nil
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
