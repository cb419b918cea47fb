import Glibc
import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import KalsaeTesting
import Testing

@Suite struct NumericalEmbeddingTests {
    /// `[x, Σ W cos(2π f x + φ) + b]`, feature by feature, in `Double`.
    @Test func valuesAreThoseOfTheFormula() throws {
        for (features, frequencies, outputs) in [(3, 16, 4), (1, 1, 2), (2, 5, 7)] {
            let layer = withSeed(4) {
                NumericalEmbedding(features, frequencies: frequencies, outputs: outputs)
            }
            let f = try layer.frequency.values(Double.self)
            let phase = try layer.phase.values(Double.self)
            let weight = try layer.weight.values(Double.self)
            let bias = try layer.bias.values(Double.self)
            let x = Tensor.normal([5, features], deviation: 2, key: RandomKey(seed: 1))
            var expected: [Double] = []
            for (position, number) in try x.values(Double.self).enumerated() {
                let feature = position % features
                expected.append(number)
                for output in 0..<(outputs - 1) {
                    var sum = bias[feature * (outputs - 1) + output]
                    for wave in 0..<frequencies {
                        let index = feature * frequencies + wave
                        let argument = 2 * Double.pi * f[index] * number + phase[index]
                        sum += weight[index * (outputs - 1) + output] * cos(argument)
                    }
                    expected.append(sum)
                }
            }
            // Arguments up to about 10, so cosines off by 10 · 2^-24; their weights sum to at
            // most √16.
            expectClose(
                layer(x), expected, shape: [5, features * outputs],
                tolerance: Tolerance(relative: 1e-5, absolute: 1e-5))
        }
    }

    @Test func initialNumbersAreThoseOfRealMLP() throws {
        let layer = withSeed(2) { NumericalEmbedding(500) }
        let f = try layer.frequency.values(Double.self)
        // Of 8,000 numbers the deviation is off by a share of 1/√16,000, here up to six of them.
        let deviation = sqrt(f.reduce(0) { $0 + $1 * $1 } / 8000)
        #expect(abs(deviation - 0.1) < 0.1 * 6 / sqrt(16000))
        for (tensor, limit) in [
            (layer.phase, Double.pi), (layer.weight, 0.25), (layer.bias, 0.25),
        ] {
            let numbers = try tensor.values(Double.self)
            let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 0)
            // Of 1,500 uniform numbers none beyond 98 % of the limit: once in 10^6 trials.
            #expect(low >= -limit * 1.0001 && low < -limit * 0.98)
            #expect(high <= limit * 1.0001 && high > limit * 0.98)
        }
        #expect(layer.frequency.shape == [500, 16] && layer.phase.shape == [500, 16])
        #expect(layer.weight.shape == [500, 16, 3] && layer.bias.shape == [500, 3])
    }
}
