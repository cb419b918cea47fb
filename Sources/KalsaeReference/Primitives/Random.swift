import Glibc
import KalsaeGraph

extension Interpreter {
    static func random(_ parameters: RandomParameters, key: Value) -> Value {
        let numbers = key.numbers.integers
        let philox = Philox(seed: numbers[0], stream: numbers[1], step: numbers[2])
        let type = parameters.type
        let positions = 0..<type.shape.elementCount
        let isWide = type.dtype == .float64
        switch parameters.distribution {
        case .bits:
            let words = positions.map { i -> Int64 in
                Int64(Int32(bitPattern: philox.block(i / 4)[i % 4]))
            }
            return Value(type, .integers(words))
        case .uniform:
            let draw = isWide ? uniformWide : uniform
            return Value(type, .floats(positions.map { draw(philox, $0) }))
        case .normal:
            let draw = isWide ? normalWide : normal
            return Value(type, .floats(positions.map { draw(philox, $0) }))
        }
    }

    /// One word an element, its upper 24 bits.
    private static func uniform(_ philox: Philox, _ i: Int) -> Double {
        Double(philox.block(i / 4)[i % 4] >> 8) * 0x1p-24
    }

    /// Two words an element, the upper 53 bits of both.
    private static func uniformWide(_ philox: Philox, _ i: Int) -> Double {
        let words = philox.block(i / 2)
        return Double(upper53(words[2 * (i % 2)], words[2 * (i % 2) + 1])) * 0x1p-53
    }

    /// Two words a pair of elements.
    private static func normal(_ philox: Philox, _ i: Int) -> Double {
        let pair = i / 2
        let words = philox.block(pair / 2)
        let (first, second) = (words[2 * (pair % 2)], words[2 * (pair % 2) + 1])
        return boxMuller(
            Double((first >> 8) + 1) * 0x1p-24, Double(second >> 8) * 0x1p-24, isFirst: i % 2 == 0)
    }

    /// Four words a pair of elements.
    private static func normalWide(_ philox: Philox, _ i: Int) -> Double {
        let words = philox.block(i / 2)
        return boxMuller(
            Double(upper53(words[0], words[1]) + 1) * 0x1p-53,
            Double(upper53(words[2], words[3])) * 0x1p-53, isFirst: i % 2 == 0)
    }

    private static func upper53(_ high: UInt32, _ low: UInt32) -> UInt64 {
        (UInt64(high) << 32 | UInt64(low)) >> 11
    }

    /// One of the two independent normal numbers that two uniform ones give; `u` is in (0, 1].
    private static func boxMuller(_ u: Double, _ v: Double, isFirst: Bool) -> Double {
        let radius = (-2 * Glibc.log(u)).squareRoot()
        let angle = 2 * Double.pi * v
        return radius * (isFirst ? Glibc.cos(angle) : Glibc.sin(angle))
    }
}
