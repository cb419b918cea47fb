import KalsaeGraph
import Testing

/// The rules must answer every parameter with a type or an error, never with a trap.
@Suite struct RuleFuzzTests {
    @Test func everyParameterIsAnswered() {
        var source = ParameterSource(seed: 2024)
        var (accepted, refused) = (0, 0)
        for _ in 0..<60_000 {
            let primitive = source.primitive()
            let operands = source.operands(of: primitive)
            if let type = try? primitive.resultType(of: operands) {
                accepted += 1
                #expect(type.shape.isValid, "\(primitive) of \(operands)")
            } else {
                refused += 1
            }
        }
        // Both roads must have been walked.
        #expect(accepted > 1_000)
        #expect(refused > 1_000)
    }
}

/// Draws primitives and types that are mostly small, sometimes at the borders of `Int`.
private struct ParameterSource {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
    }

    private mutating func one<Element>(of elements: [Element]) -> Element {
        elements[below(elements.count)]
    }

    private mutating func number() -> Int {
        let borders = [
            Int.min, .min + 1, -1 << 44, -1, 0, 1 << 24, (1 << 24) - 1, 1 << 31, 1 << 44, .max - 1,
            .max,
        ]
        return below(12) == 0 ? one(of: borders) : below(5)
    }

    private mutating func size() -> Int {
        let borders = [0, -1, 1 << 22, 1 << 43, 1 << 44, .max, .min]
        return below(20) == 0 ? one(of: borders) : 1 + below(4)
    }

    private mutating func numbers(_ count: Int) -> [Int] { (0..<count).map { _ in number() } }

    private mutating func shape(_ rank: Int) -> Shape { Shape((0..<rank).map { _ in size() }) }

    private mutating func dtype() -> DType {
        below(3) == 0 ? one(of: DType.allCases) : one(of: [.float32, .int32, .bool])
    }

    private mutating func type(_ rank: Int? = nil) -> TensorType {
        TensorType(dtype(), shape(rank ?? below(4)))
    }

    private mutating func padding() -> Padding2D {
        Padding2D(top: number(), bottom: number(), left: number(), right: number())
    }

    private mutating func pair() -> Pair { Pair(number(), number()) }

    private mutating func convolution() -> ConvolutionParameters {
        ConvolutionParameters(
            strides: pair(), padding: padding(), dilations: pair(), groups: number())
    }

    private mutating func attention() -> AttentionParameters {
        AttentionParameters(heads: number(), isCausal: below(2) == 0, scale: Double(number()))
    }

    private mutating func pool() -> PoolParameters {
        PoolParameters(
            one(of: PoolParameters.Kind.allCases), window: pair(), strides: pair(),
            padding: padding())
    }

    mutating func primitive() -> Primitive {
        let rank = below(4)
        switch below(26) {
        case 0: return .iota(IotaParameters(type(), axis: number()))
        case 1: return .unary(one(of: UnaryOperation.allCases))
        case 2: return .binary(one(of: BinaryOperation.allCases))
        case 3: return .compare(one(of: Comparison.allCases))
        case 4: return .select
        case 5: return .broadcast(shape(rank))
        case 6: return .reshape(shape(rank))
        case 7: return .transpose(numbers(rank))
        case 8:
            let slice = SliceParameters(
                starts: numbers(rank), counts: numbers(rank), strides: numbers(rank))
            return .slice(slice)
        case 9:
            let pad = PadParameters(
                low: numbers(rank), high: numbers(rank), interior: numbers(rank))
            return .pad(pad)
        case 10: return .concatenate(axis: number())
        case 11: return .gather(axis: number())
        case 12: return .scatterAdd(axis: number())
        case 13: return .reduce(one(of: Reduction.allCases), axes: numbers(below(3)))
        case 14: return .argReduce(one(of: ArgReduction.allCases), axis: number())
        case 15: return .matrixProduct(MatrixProductParameters(transposeLeft: below(2) == 0))
        case 16: return .convolution(convolution())
        case 17: return .convolutionInputGradient(convolution(), shape(4))
        case 18: return .convolutionWeightGradient(convolution(), shape(4))
        case 19: return .pool(pool())
        case 20: return .poolGradient(pool())
        case 21:
            let distribution = one(of: RandomParameters.Distribution.allCases)
            return .random(RandomParameters(distribution, type()))
        case 22: return .scan(one(of: Scan.allCases), ScanParameters(axis: number()))
        case 23: return .attention(attention())
        case 24: return .attentionGradient(attention())
        default: return .topK(number())
        }
    }

    mutating func operands(of primitive: Primitive) -> [TensorType] {
        let count = below(40) == 0 ? below(4) : primitive.operandCount ?? below(4)
        let first =
            switch primitive {
            case .convolution, .convolutionInputGradient, .convolutionWeightGradient, .pool,
                .poolGradient:
                type(4)
            case .attention, .attentionGradient: type(3)
            default: type()
            }
        return (0..<count).map { index in
            // Often alike, as most rules want them.
            let drawn =
                index == 0 || below(2) == 0 ? first : type(below(2) == 0 ? first.shape.rank : nil)
            // Operands have passed their own rules.
            return drawn.shape.isValid
                ? drawn : TensorType(drawn.dtype, Shape(drawn.shape.map { _ in 2 }))
        }
    }
}
