import FoundationEssentials
import Glibc
import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import KalsaeTesting
import Testing

/// Initial numbers against their distributions: moments and the test of Kolmogorov and Smirnov.
@Suite struct InitializerTests {
    private static let shape: Shape = [200, 300]
    private static let count = 60000.0

    /// One row a distribution: its cumulative function and its deviation, of mean 0.
    private struct Row {
        var initializer: Initializer
        var deviation: Double
        var cumulative: @Sendable (Double) -> Double

        static func uniform(_ initializer: Initializer, _ limit: Double) -> Row {
            Row(initializer: initializer, deviation: limit / sqrt(3)) { x in
                min(max((x + limit) / (2 * limit), 0), 1)
            }
        }

        static func normal(_ initializer: Initializer, _ deviation: Double) -> Row {
            Row(initializer: initializer, deviation: deviation) { x in
                (1 + erf(x / deviation / sqrt(2))) / 2
            }
        }

        /// Normal with a deviation before it is cut at two.
        static func cut(_ initializer: Initializer, _ deviation: Double) -> Row {
            let share = erf(sqrt(2))
            return Row(initializer: initializer, deviation: deviation * 0.8796256610342398) { x in
                let inside = erf(min(max(x / deviation, -2), 2) / sqrt(2))
                return (inside / share + 1) / 2
            }
        }
    }

    private static let rows: [Row] = [
        .uniform(.uniform, 0.05), .uniform(.uniform(low: -2, high: 2), 2), .normal(.normal, 0.05),
        .normal(.normal(deviation: 0.01), 0.01), .cut(.truncatedNormal, 0.05),
        .uniform(.glorotUniform, sqrt(6.0 / 500)), .normal(.glorotNormal, sqrt(2.0 / 500)),
        .uniform(.heUniform, sqrt(6.0 / 200)), .normal(.heNormal, sqrt(2.0 / 200)),
        .uniform(.lecunUniform, sqrt(3.0 / 200)), .normal(.lecunNormal, sqrt(1.0 / 200)),
        .uniform(.torch, 1 / sqrt(200.0)), .uniform(.keras, sqrt(6.0 / 500)),
        .uniform(.torchBias(fanIn: 16), 0.25),
        .cut(.varianceScaling, sqrt(1.0 / 200) / 0.8796256610342398),
    ]

    @Test(arguments: rows.indices) func drawsItsDistribution(_ index: Int) throws {
        let row = Self.rows[index]
        let numbers = try row.initializer.tensor(Self.shape, key: RandomKey(seed: 11))
            .values(Double.self).sorted()
        #expect(Double(numbers.count) == Self.count)
        let mean = numbers.reduce(0, +) / Self.count
        let squares = numbers.reduce(0) { $0 + $1 * $1 } / Self.count
        // Five standard errors; that of a deviation is at most σ / √(2 n).
        #expect(abs(mean) < 5 * row.deviation / sqrt(Self.count))
        #expect(abs(sqrt(squares) / row.deviation - 1) < 5 / sqrt(2 * Self.count))
        var distance = 0.0
        for (index, number) in numbers.enumerated() {
            let share = row.cumulative(number)
            distance = max(distance, abs(share - Double(index) / Self.count))
            distance = max(distance, abs(share - Double(index + 1) / Self.count))
        }
        // Beyond 1.95 / √n with a probability of 1 in 1000.
        #expect(distance < 1.95 / sqrt(Self.count), "\(row.initializer.rawValue): \(distance)")
    }

    @Test func fixedNumbers() {
        let key = RandomKey(seed: 0)
        expectClose(Initializer.zeros.tensor([2], key: key), [0, 0], shape: [2])
        expectClose(Initializer.ones.tensor([2], key: key), [1, 1], shape: [2])
        expectClose(Initializer.constant(3).tensor([2], key: key), [3, 3], shape: [2])
        expectClose(
            Initializer.identity.tensor([2, 3], key: key), [1, 0, 0, 0, 1, 0], shape: [2, 3])
        expectFault(Initializer.identity.tensor([2], key: key), "identity")
    }

    @Test func kernelsCountTheirWindow() throws {
        // He's deviation for a window of 3 by 3 over 16 channels.
        let numbers = try Initializer.heNormal.tensor([3, 3, 16, 32], key: RandomKey(seed: 1))
            .values(Double.self)
        let deviation = sqrt(numbers.reduce(0) { $0 + $1 * $1 } / Double(numbers.count))
        #expect(abs(deviation / sqrt(2.0 / 144) - 1) < 0.05)
    }

    @Test(arguments: [[40, 40], [60, 20], [20, 60], [3, 3, 4, 8]]) func isOrthogonal(
        _ sizes: [Int]
    ) throws {
        let tensor = Initializer.orthogonal(gain: 2).tensor(Shape(sizes), key: RandomKey(seed: 2))
        #expect(tensor.shape == Shape(sizes))
        let columns = sizes[sizes.count - 1]
        let matrix = tensor.reshaped(to: [-1, columns]).cast(to: .float64) / 2
        let isTall = matrix.shape[0] >= columns
        let product =
            isTall
            ? matrix.transposed().matmul(matrix) : matrix.matmul(matrix.transposed())
        expectClose(
            product, .eye(product.shape[0], dtype: .float64),
            tolerance: Tolerance(relative: 1e-5, absolute: 1e-6))
        let other = Initializer.orthogonal.tensor(Shape(sizes), key: RandomKey(seed: 3))
        #expect(try other.values() != (tensor / 2).values())
    }

    @Test func orthogonalNeedsTwoAxes() {
        expectFault(Initializer.orthogonal.tensor([3], key: RandomKey(seed: 2)), "orthogonal")
        expectFault(Initializer.orthogonal.tensor([0, 3], key: RandomKey(seed: 2)), "orthogonal")
    }

    @Test func keepsNameAndSettingsInFiles() throws {
        let list: [Initializer] = [.heUniform, .normal(deviation: 0.01), .constant(2)]
        let data = try JSONEncoder().encode(list)
        #expect(
            String(decoding: data, as: UTF8.self)
                == #"["heUniform","normal(deviation: 0.01)","constant(value: 2)"]"#)
        #expect(try JSONDecoder().decode([Initializer].self, from: data) == list)
        #expect(Set(Initializer.all.map(\.name)).count == Initializer.all.count)
        #expect(Initializer(rawValue: "varianceScaling(2, 1, 2)")?.name == "varianceScaling")
    }
}
