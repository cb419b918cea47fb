import KalsaeGraph
import KalsaeReference

/// Which numbers an operation is tried with.
public enum Domain: Hashable, Sendable {
    /// About -3 to 3, as of a normal distribution; whole numbers from -100 to 100.
    case normal
    /// 0.1 to 4.
    case positive
    /// 0.02 to 0.98.
    case unit
    /// Positive or negative, at least 0.3 away from 0, up to 3.
    case nonzero
    /// Positive or negative, 1e-8 to 1e-3: where functions lose digits.
    case tiny
    /// -60 to 60: where exponentials come near their limits.
    case wide
    /// Multiples of 0.25 in an order of their own, no two equal.
    case distinct
    /// Whole numbers of a range; as indices and as numbers with many ties.
    case integers(ClosedRange<Int>)
    /// Zeros of both signs, infinities, NaN, the largest and smallest numbers of the type.
    case special
    /// Given numbers, repeated.
    case numbers([Double])
}

/// Pseudo-random numbers for test data, the same in every run (SplitMix64, Steele et al., 2014).
public struct SampleGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts the sequence of a seed.
    public init(seed: UInt64) { state = seed }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}

extension Domain {
    /// Numbers for a tensor, rounded to its type.
    package func value(_ type: TensorType, _ generator: inout SampleGenerator) -> Value {
        let count = type.shape.elementCount
        if type.dtype == .int64, self == .special {
            let numbers: [Int64] = [.max, .min, 0, 1, -1, .max - 1, 1 << 53 + 1]
            return Value(type, .integers((0..<count).map { numbers[$0 % numbers.count] }))
        }
        var numbers: [Double] = []
        switch self {
        case .distinct:
            numbers = (0..<count).map { (Double($0) - Double(count / 2)) * 0.25 }
            numbers.shuffle(using: &generator)
        case .special:
            let special = Domain.specialNumbers(type.dtype)
            numbers = (0..<count).map { special[$0 % special.count] }
        case .numbers(let given):
            numbers = (0..<count).map { given[$0 % given.count] }
        case .normal, .positive, .unit, .nonzero, .tiny, .wide, .integers:
            for _ in 0..<count { numbers.append(number(type.dtype, &generator)) }
        }
        return Value(type, numbers)
    }

    private func number(_ dtype: DType, _ generator: inout SampleGenerator) -> Double {
        func uniform(_ range: ClosedRange<Double>) -> Double {
            .random(in: range, using: &generator)
        }
        func signed(_ range: ClosedRange<Double>) -> Double {
            Bool.random(using: &generator) ? uniform(range) : -uniform(range)
        }
        if dtype == .bool { return uniform(0...1) < 0.5 ? 1 : 0 }
        switch self {
        case .normal:
            let spread = uniform(-1...1) + uniform(-1...1) + uniform(-1...1)
            if dtype == .uint8 { return uniform(0...255) }
            return dtype.isFloat ? spread : (spread * 33).rounded()
        case .positive: return dtype.isFloat ? uniform(0.1...4) : uniform(1...100)
        case .unit: return uniform(0.02...0.98)
        case .nonzero:
            if dtype == .uint8 { return uniform(1...255) }
            return dtype.isFloat ? signed(0.3...3) : signed(1...100).rounded()
        case .tiny: return signed(1e-8...1e-3)
        case .wide: return signed(0...60)
        case .integers(let range): return Double(Int.random(in: range, using: &generator))
        case .distinct, .special, .numbers: return 0
        }
    }

    private static func specialNumbers(_ dtype: DType) -> [Double] {
        switch dtype {
        case .float32:
            [
                .nan, .infinity, -.infinity, 0, -0.0, 1, -1, 0x1.fffffep127, -0x1.fffffep127,
                0x1p-126, 0x1p-149, 0.5, 1.5, 2.5, -2.5, 1e10, -1e10, 90, -90, 120, -120,
            ]
        case .float64:
            [
                .nan, .infinity, -.infinity, 0, -0.0, 1, -1, .greatestFiniteMagnitude,
                -.greatestFiniteMagnitude, .leastNormalMagnitude, .leastNonzeroMagnitude, 0.5, 1.5,
                2.5, -2.5, 1e19, -1e19, 710, -710, 750, -750,
            ]
        case .float16: [.nan, .infinity, -.infinity, 0, -0.0, 65504, -65504, 0x1p-14, 0x1p-24, 1]
        case .bfloat16: [.nan, .infinity, -.infinity, 0, -0.0, 0x1.fep127, 0x1p-126, 0x1p-133, 1]
        case .int32: [2_147_483_647, -2_147_483_648, 0, 1, -1, 7, -7]
        case .uint8: [0, 1, 255, 128, 127]
        case .bool: [0, 1, 1]
        case .int64: [0]
        }
    }
}
