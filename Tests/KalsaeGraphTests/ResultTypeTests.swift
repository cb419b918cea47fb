import KalsaeGraph
import KalsaeSupport
import Testing

/// The types that the rules infer from operands that fit.
@Suite struct ResultTypeTests {
    /// The count of what queries see, by one query after the other.
    @Test func operationsOfAttention() {
        for (queries, keys) in [(3, 5), (5, 3), (4, 4), (1, 7), (7, 1), (0, 2)] {
            for isCausal in [true, false] {
                let one = AttentionParameters(heads: 2, isCausal: isCausal, scale: 1)
                let seen = (0..<queries).reduce(0) {
                    $0 + one.visibleKeys(for: $1, queries: queries, keys: keys)
                }
                let operations = one.flops(
                    products: 3, queries: [2, queries, 6], keys: [2, keys, 6])
                #expect(operations == Double(2 * 3 * 2 * seen * 6))
            }
        }
    }

    @Test(arguments: fittingRows) func infersTheType(_ row: FittingRow) throws {
        #expect(try row.primitive.resultType(of: row.operands) == row.result)
    }

    @Test(arguments: brokenRows) func namesTheBrokenRule(_ row: BrokenRow) {
        let error = #expect(throws: KalsaeError.self) {
            try row.primitive.resultType(of: row.operands)
        }
        let message = error?.description ?? ""
        #expect(message.hasPrefix(row.subject + ": expected "))
        #expect(message.contains(row.part), "\(message)")
    }

    @Test func functionsOfFloatsRejectWholeNumbers() {
        let floatsOnly: [UnaryOperation] = [
            .exp, .expm1, .log, .log1p, .sqrt, .rsqrt, .reciprocal, .sin, .cos, .atan, .tanh,
            .sigmoid, .erf, .floor, .ceil, .round,
        ]
        for operation in UnaryOperation.allCases {
            for dtype in DType.allCases {
                let type = TensorType(dtype, [2])
                let result = try? Primitive.unary(operation).resultType(of: [type])
                let isDefined =
                    operation == .logicalNot
                    ? dtype == .bool
                    : (floatsOnly.contains(operation)
                        ? dtype.isDifferentiable : dtype.hasArithmetic)
                #expect(result == (isDefined ? type : nil), "\(operation) on \(dtype)")
            }
        }
    }

    @Test func storageTypesHaveNoArithmetic() {
        for operation in BinaryOperation.allCases {
            for dtype in [DType.float16, .bfloat16] {
                let type = TensorType(dtype, [2])
                #expect(throws: KalsaeError.self, "\(operation) on \(dtype)") {
                    try Primitive.binary(operation).resultType(of: [type, type])
                }
            }
        }
    }
}

struct FittingRow: CustomTestStringConvertible, Sendable {
    var primitive: Primitive
    var operands: [TensorType]
    var result: TensorType
    var testDescription: String { "\(primitive.name) of \(operands)" }

    init(_ primitive: Primitive, _ operands: [TensorType], _ result: TensorType) {
        self.primitive = primitive
        self.operands = operands
        self.result = result
    }
}

struct BrokenRow: CustomTestStringConvertible, Sendable {
    var primitive: Primitive
    var operands: [TensorType]
    var subject: String
    var part: String
    var testDescription: String { "\(primitive.name) of \(operands)" }

    /// `part` is what the message must contain beside its subject.
    init(_ primitive: Primitive, _ operands: [TensorType], _ subject: String, _ part: String) {
        self.primitive = primitive
        self.operands = operands
        self.subject = subject
        self.part = part
    }
}

private func float(_ shape: Shape) -> TensorType { TensorType(.float32, shape) }
private func int(_ shape: Shape) -> TensorType { TensorType(.int32, shape) }
private func bool(_ shape: Shape) -> TensorType { TensorType(.bool, shape) }
private let key = TensorType(.int64, [3])
private let strided = ConvolutionParameters(
    strides: Pair(2, 1), padding: Padding2D(top: 1, bottom: 0, left: 2, right: 1),
    dilations: Pair(1, 2), groups: 2)
private let halves = PoolParameters(.max, window: Pair(2, 2))
private let attention = AttentionParameters(heads: 2, isCausal: true, scale: 0.5)

private let fittingRows: [FittingRow] = [
    FittingRow(.constant(Scalar(2, .uint8)), [], TensorType(.uint8, [])),
    FittingRow(.iota(IotaParameters(int([2, 3]), axis: 1)), [], int([2, 3])),
    FittingRow(.compare(.less), [float([4]), float([4])], bool([4])),
    FittingRow(.compare(.equal), [bool([4]), bool([4])], bool([4])),
    FittingRow(.select, [bool([0]), int([0]), int([0])], int([0])),
    FittingRow(.cast(.bfloat16), [bool([2, 1])], TensorType(.bfloat16, [2, 1])),
    FittingRow(.broadcast([2, 0, 5]), [float([1, 1, 5])], float([2, 0, 5])),
    FittingRow(.reshape([]), [float([1, 1])], float([])),
    FittingRow(.transpose([2, 0, 1]), [float([4, 5, 6])], float([6, 4, 5])),
    FittingRow(
        .slice(SliceParameters(starts: [4, 0], counts: [3, 0], strides: [-2, 1])),
        [float([5, 2])], float([3, 0])),
    FittingRow(
        .pad(PadParameters(low: [1], high: [2], interior: [3])), [float([4]), float([])],
        float([16])),
    FittingRow(
        .pad(PadParameters(low: [1], high: [2], interior: [3])), [float([0]), float([])],
        float([3])),
    FittingRow(.concatenate(axis: 1), [int([2, 1]), int([2, 0]), int([2, 3])], int([2, 4])),
    FittingRow(
        .gather(axis: 1), [float([2, 9, 3]), TensorType(.int64, [4, 5])], float([2, 4, 5, 3])),
    FittingRow(.gather(axis: 0), [float([9]), int([])], float([])),
    FittingRow(.scatterAdd(axis: 0), [float([9, 2]), int([3]), float([3, 2])], float([9, 2])),
    FittingRow(.reduce(.sum, axes: [0, 2]), [float([2, 3, 0])], float([1, 3, 1])),
    FittingRow(.reduce(.max, axes: [1]), [float([0, 0])], float([0, 1])),
    FittingRow(.argReduce(.min, axis: 0), [float([7, 2])], int([1, 2])),
    FittingRow(
        .matrixProduct(MatrixProductParameters(transposeLeft: true)),
        [float([6, 3, 2]), float([6, 3, 5])], float([6, 2, 5])),
    FittingRow(
        .matrixProduct(MatrixProductParameters(transposeRight: true)),
        [int([2, 3]), int([4, 3])], int([2, 4])),
    FittingRow(
        .convolution(strided), [float([2, 7, 8, 4]), float([3, 3, 2, 6])], float([2, 3, 7, 6])),
    FittingRow(
        .convolutionInputGradient(strided, [2, 7, 8, 4]),
        [float([2, 3, 7, 6]), float([3, 3, 2, 6])], float([2, 7, 8, 4])),
    FittingRow(
        .convolutionWeightGradient(strided, [3, 3, 2, 6]),
        [float([2, 7, 8, 4]), float([2, 3, 7, 6])], float([3, 3, 2, 6])),
    FittingRow(.pool(halves), [float([1, 5, 4, 3])], float([1, 2, 2, 3])),
    FittingRow(
        .poolGradient(halves), [float([1, 5, 4, 3]), float([1, 2, 2, 3])], float([1, 5, 4, 3])),
    FittingRow(
        .attention(attention), [float([2, 3, 6]), float([2, 5, 6]), float([2, 5, 6])],
        float([2, 3, 6])),
    FittingRow(
        .attentionGradient(attention),
        [float([2, 3, 6]), float([2, 5, 6]), float([2, 5, 6]), float([2, 3, 6])],
        float([2 * 3 * 6 + 2 * 2 * 5 * 6])),
    FittingRow(.random(RandomParameters(.bits, int([5]))), [key], int([5])),
    FittingRow(.scan(.sum, ScanParameters(axis: 1)), [int([2, 3])], int([2, 3])),
    FittingRow(.scan(.maximum, ScanParameters(axis: 0)), [float([2, 3])], float([2, 3])),
    FittingRow(.argSort(descending: true), [float([2, 3])], int([2, 3])),
    FittingRow(.topK(2), [float([4, 3])], int([4, 2])),
]

private let brokenRows: [BrokenRow] = [
    BrokenRow(.input(0), [], "input", "type in the node"),
    BrokenRow(.iota(IotaParameters(int([2]), axis: 1)), [], "iota", "an axis of [2], got 1"),
    BrokenRow(.iota(IotaParameters(int([-2]), axis: 0)), [], "iota", "got [-2]"),
    BrokenRow(.iota(IotaParameters(int([1 << 30, 1 << 30]), axis: 0)), [], "iota", "2^44"),
    BrokenRow(.iota(IotaParameters(bool([2]), axis: 0)), [], "iota", "got bool"),
    BrokenRow(.unary(.exp), [], "exp", "1 operands, got 0"),
    BrokenRow(.unary(.exp), [int([2])], "exp", "got int32; convert"),
    BrokenRow(.binary(.add), [float([2])], "add", "2 operands, got 1"),
    BrokenRow(.binary(.add), [float([2]), float([1])], "add", "float32[2], got float32[1]"),
    BrokenRow(.binary(.add), [float([2]), int([2])], "add", "float32[2], got int32[2]"),
    BrokenRow(.binary(.logicalAnd), [float([2]), float([2])], "logicalAnd", "got float32"),
    BrokenRow(.compare(.less), [bool([2]), bool([2])], "less", "got bool"),
    BrokenRow(.select, [float([2]), float([2]), float([2])], "select", "bool[2], got float32[2]"),
    BrokenRow(.select, [bool([2]), float([2]), int([2])], "select", "float32[2], got int32[2]"),
    BrokenRow(.broadcast([2, 3]), [float([2, 2])], "broadcast", "got [2, 2]"),
    BrokenRow(.broadcast([2, 3]), [float([3])], "broadcast", "got [3]"),
    BrokenRow(.reshape([3]), [float([2, 2])], "reshape", "a shape of 4 elements"),
    BrokenRow(.reshape([-2, -2]), [float([2, 2])], "reshape", "[2, 2] to [-2, -2]"),
    BrokenRow(.transpose([0, 0]), [float([2, 2])], "transpose", "got [0, 0]"),
    BrokenRow(
        .slice(SliceParameters(starts: [0], counts: [3], strides: [2])), [float([4])], "slice",
        "inside [4]"),
    BrokenRow(
        .slice(SliceParameters(starts: [0], counts: [2], strides: [0])), [float([4])], "slice",
        "strides [0]"),
    BrokenRow(
        .slice(SliceParameters(starts: [1], counts: [2], strides: [.max])), [float([4])], "slice",
        "inside [4]"),
    BrokenRow(
        .pad(PadParameters(low: [-1], high: [0])), [float([4]), float([])], "pad", "low [-1]"),
    BrokenRow(
        .pad(PadParameters(low: [0], high: [0])), [float([4]), int([])], "pad value",
        "float32[], got int32[]"),
    BrokenRow(
        .pad(PadParameters(low: [0], high: [0], interior: [1 << 44])),
        [float([1 << 40]), float([])], "pad", "2^44"),
    BrokenRow(.concatenate(axis: 0), [], "concatenate", "at least one operand"),
    BrokenRow(.concatenate(axis: 1), [float([2])], "concatenate", "an axis of [2], got 1"),
    BrokenRow(.concatenate(axis: 0), [float([2, 3]), float([2, 4])], "concatenate", "axis 0"),
    BrokenRow(.concatenate(axis: 0), [float([2]), int([2])], "concatenate", "got int32[2]"),
    BrokenRow(.gather(axis: 0), [float([2]), float([2])], "gather", "got float32; convert"),
    BrokenRow(.gather(axis: 2), [float([2]), int([2])], "gather", "an axis of [2], got 2"),
    BrokenRow(
        .scatterAdd(axis: 0), [float([9]), int([3]), float([4])], "scatterAdd updates",
        "float32[3], got float32[4]"),
    BrokenRow(
        .scatterAdd(axis: 0), [bool([9]), int([3]), bool([3])], "scatterAdd", "a numeric type"),
    BrokenRow(.reduce(.sum, axes: [1, 0]), [float([2, 2])], "sum", "ascending"),
    BrokenRow(.reduce(.sum, axes: [2]), [float([2, 2])], "sum", "got [2]"),
    BrokenRow(.reduce(.sum, axes: [0]), [bool([2])], "sum", "got bool"),
    BrokenRow(.reduce(.max, axes: [1]), [float([2, 0])], "max", "at least one element"),
    BrokenRow(.argReduce(.max, axis: 1), [float([2])], "argMax", "an axis of [2]"),
    BrokenRow(.argReduce(.min, axis: 0), [float([0])], "argMin", "1 to 2^31 - 1"),
    BrokenRow(.matrixProduct(.init()), [float([2, 3]), float([4, 3])], "matmul", "3 ≠ 4"),
    BrokenRow(.matrixProduct(.init()), [float([2]), float([2])], "matmul", "two matrices"),
    BrokenRow(
        .matrixProduct(.init()), [float([2, 2, 2]), float([3, 2, 2])], "matmul", "two stacks"),
    BrokenRow(
        .matrixProduct(.init()), [float([2, 2]), int([2, 2])], "matmul", "one numeric type"),
    BrokenRow(
        .convolution(.init()), [float([1, 4, 4, 2]), float([3, 3, 3, 2])], "convolution",
        "kernel [h, w, 2 / groups"),
    BrokenRow(
        .convolution(.init(groups: .max)), [float([1, 4, 4, 2]), float([3, 3, 2, 2])],
        "convolution", "groups"),
    BrokenRow(
        .convolution(.init(groups: 0)), [float([1, 4, 4, 2]), float([3, 3, 2, 2])],
        "convolution", "groups 0"),
    BrokenRow(
        .convolution(.init()), [float([1, 2, 4, 2]), float([3, 3, 2, 2])], "convolution",
        "no larger than its padded input"),
    BrokenRow(
        .convolution(.init(strides: Pair(0, 1))), [float([1, 4, 4, 2]), float([3, 3, 2, 2])],
        "convolution", "positive strides"),
    BrokenRow(
        .convolution(.init(padding: Padding2D(all: .max))),
        [float([1, 4, 4, 2]), float([3, 3, 2, 2])], "convolution", "padded input"),
    BrokenRow(
        .convolution(.init()), [int([1, 4, 4, 2]), int([3, 3, 2, 2])], "convolution",
        "got int32; convert"),
    BrokenRow(
        .convolutionInputGradient(.init(), [1, 4, 4, 2]),
        [float([1, 3, 3, 2]), float([3, 3, 2, 2])], "convolutionInputGradient",
        "float32[1, 2, 2, 2], got float32[1, 3, 3, 2]"),
    BrokenRow(
        .convolutionWeightGradient(.init(), [3, 3, 2, 5]),
        [float([1, 4, 4, 2]), float([1, 2, 2, 2])], "convolutionWeightGradient",
        "float32[1, 2, 2, 5], got float32[1, 2, 2, 2]"),
    BrokenRow(.pool(halves), [float([4, 4])], "max pool", "got [4, 4]"),
    BrokenRow(.pool(halves), [float([1, 1, 4, 1])], "max pool", "no larger than"),
    BrokenRow(
        .pool(PoolParameters(.average, window: Pair(2, 2), padding: Padding2D(all: 2))),
        [float([1, 4, 4, 1])], "average pool", "padding under the window"),
    BrokenRow(
        .pool(PoolParameters(.max, window: Pair(2, 2), padding: Padding2D(all: 1))),
        [float([1, 0, 4, 1])], "max pool", "no larger than"),
    BrokenRow(
        .poolGradient(halves), [float([1, 4, 4, 1]), float([1, 4, 4, 1])], "pool gradient",
        "float32[1, 2, 2, 1]"),
    BrokenRow(
        .attention(attention), [float([3, 6]), float([5, 6]), float([5, 6])], "attention",
        "[batch, keys, features], got [3, 6], [5, 6] and [5, 6]"),
    BrokenRow(
        .attention(attention), [float([2, 3, 6]), float([2, 5, 6]), float([2, 4, 6])], "attention",
        "keys and values"),
    BrokenRow(
        .attention(attention), [float([2, 3, 6]), float([2, 5, 8]), float([2, 5, 8])], "attention",
        "keys and values"),
    BrokenRow(
        .attention(attention), [float([2, 3, 5]), float([2, 3, 5]), float([2, 3, 5])], "attention",
        "heads that divide the features, got 2 heads, 5 features"),
    BrokenRow(
        .attention(AttentionParameters(heads: 2, scale: .infinity)),
        [float([2, 3, 6]), float([2, 3, 6]), float([2, 3, 6])], "attention", "a finite scale"),
    BrokenRow(
        .attention(attention), [int([2, 3, 6]), int([2, 3, 6]), int([2, 3, 6])], "attention",
        "got int32; convert"),
    BrokenRow(
        .attentionGradient(attention),
        [float([2, 3, 6]), float([2, 5, 6]), float([2, 5, 6]), float([2, 5, 6])],
        "attentionGradient", "float32[2, 3, 6], got float32[2, 5, 6]"),
    BrokenRow(.random(RandomParameters(.bits, float([2]))), [key], "random bits", "got float32"),
    BrokenRow(.random(RandomParameters(.normal, int([2]))), [key], "random normal", "got int32"),
    BrokenRow(
        .random(RandomParameters(.uniform, float([2]))), [int([3])], "random key",
        "int64[3], got int32[3]"),
    BrokenRow(
        .scan(.sum, ScanParameters(axis: 1)), [float([2])], "cumulativeSum",
        "an axis of [2]"),
    BrokenRow(
        .scan(.maximum, ScanParameters(axis: 0)), [bool([2])], "cumulativeMaximum", "got bool"),
    BrokenRow(.argSort(descending: false), [float([])], "argSort", "at least one axis"),
    BrokenRow(.argSort(descending: false), [bool([2])], "argSort", "got bool"),
    BrokenRow(.topK(4), [float([2, 3])], "topK", "k from 0 to 3, got 4"),
    BrokenRow(.topK(-1), [float([2, 3])], "topK", "k from 0 to 3, got -1"),
]
