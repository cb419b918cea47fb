import KalsaeGraph
import KalsaeReference
import KalsaeTensor
import Testing

/// One input of an operation under test.
public struct OpInput: Sendable {
    /// Its shape, in the row's main try.
    public var shape: Shape
    /// Where its numbers come from.
    public var domain: Domain
    /// Its type; nil where it takes each floating-point type in turn.
    public var dtype: DType?

    /// Makes an input.
    public init(_ shape: Shape, _ domain: Domain = .normal, dtype: DType? = nil) {
        self.shape = shape
        self.domain = domain
        self.dtype = dtype
    }
}

/// One row of the operation table: an operation, what goes in, and what must hold.
///
/// `OpCase("conv2d", inputs: […], order: 2) { $0[0].convolved(with: $0[1]) }`. The harness
/// compares value, element type and shape on every device with the reference in `Double`, for
/// `float32` and `float64`, and the gradients with central differences.
public struct OpCase: Sendable, CustomTestStringConvertible {
    /// The operation's name.
    public var name: String
    /// What goes in.
    public var inputs: [OpInput]
    /// How much larger than usual the rounding error may be.
    public var errorFactor: Double
    /// How often it is differentiable: 0, 1 or 2.
    public var order: Int
    /// Other shapes of the inputs that are tried as well: empty, one element, broadcast.
    public var shapes: [[Shape]]
    /// The operation.
    public var body: @Sendable ([Tensor]) -> Tensor
    /// The same in plain arithmetic: from the elements of the inputs to those of the result.
    public var oracle: (@Sendable ([[Double]]) -> [Double])?

    /// Makes a row.
    public init(
        _ name: String, inputs: [OpInput], shapes: [[Shape]] = [], order: Int = 2,
        errorFactor: Double = 4, oracle: (@Sendable ([[Double]]) -> [Double])? = nil,
        body: @escaping @Sendable ([Tensor]) -> Tensor
    ) {
        self.name = name
        self.inputs = inputs
        self.shapes = shapes
        self.order = order
        self.errorFactor = errorFactor
        self.oracle = oracle
        self.body = body
    }

    /// A row of a function of each element by itself, with its value in plain arithmetic.
    public static func elementwise(
        _ name: String, _ domain: Domain = .normal, order: Int = 2, errorFactor: Double = 4,
        is oracle: @escaping @Sendable (Double) -> Double,
        body: @escaping @Sendable (Tensor) -> Tensor
    ) -> OpCase {
        OpCase(
            name, inputs: [OpInput([3, 5], domain)], shapes: [[[]], [[0]], [[1]], [[2, 0, 3]]],
            order: order, errorFactor: errorFactor, oracle: { $0[0].map(oracle) },
            body: { body($0[0]) })
    }

    /// A row of a function of pairs of elements with broadcasting, with its value in plain
    /// arithmetic.
    public static func pairwise(
        _ name: String, _ left: Domain = .normal, _ right: Domain = .normal, order: Int = 2,
        errorFactor: Double = 4, is oracle: @escaping @Sendable (Double, Double) -> Double,
        body: @escaping @Sendable (Tensor, Tensor) -> Tensor
    ) -> OpCase {
        OpCase(
            name, inputs: [OpInput([3, 5], left), OpInput([3, 5], right)],
            shapes: [
                [[], []], [[0], [0]], [[0], [1]], [[4], []], [[], [4]], [[3, 1], [5]],
                [[5], [2, 1, 5]], [[2, 1, 3], [4, 1]],
            ], order: order, errorFactor: errorFactor,
            oracle: { zip($0[0], $0[1]).map(oracle) }, body: { body($0[0], $0[1]) })
    }

    /// The name.
    public var testDescription: String { name }

    /// The tensors that go in.
    func makeInputs(_ dtype: DType, _ shapes: [Shape], seed: UInt64 = 5) throws -> [Tensor] {
        var generator = SampleGenerator(seed: seed)
        var tensors: [Tensor] = []
        for (input, shape) in zip(inputs, shapes) {
            let type = TensorType(input.dtype ?? dtype, shape)
            tensors.append(try Tensor(input.domain.value(type, &generator)))
        }
        return tensors
    }
}
