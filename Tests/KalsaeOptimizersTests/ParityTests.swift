import KalsaeFiles
import KalsaeGraph
import KalsaeOptimizers
import KalsaeTensor
import KalsaeTesting
import Testing

/// The numbers that `Scripts/parity/optimizers.py` wrote.
struct Vectors {
    private let file: SafetensorsFile

    init() throws {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        file = try SafetensorsFile(path: "/\(folder)/Vectors/optimizers.safetensors")
    }

    /// The numbers of an entry, with its shape.
    func numbers(_ name: String) throws -> (values: [Double], shape: [Int]) {
        let entry = try #require(file.entry(named: name), "\(name) in the vectors")
        let isDouble = entry.type == .float64
        let values = file.withBytes(of: entry) { bytes in
            isDouble
                ? (0..<(bytes.count / 8)).map {
                    bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self)
                }
                : (0..<(bytes.count / 4)).map {
                    Double(bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self))
                }
        }
        return (values, entry.shape)
    }
}

/// Optimizers as PyTorch's under the same names.
let parityCases: [(name: String, optimizer: any Optimizer)] = [
    ("sgd", SGD(learningRate: 0.1)),
    ("momentum", SGD(learningRate: 0.1, momentum: 0.9)),
    ("nesterov", SGD(learningRate: 0.1, momentum: 0.9, nesterov: true)),
    (
        "sgd-l2",
        WeightDecayed(
            SGD(learningRate: 0.1, momentum: 0.9), decay: 0.05, style: .gradient, decayed: .all)
    ),
    ("adagrad", AdaGrad()),
    ("adagrad-accumulator", AdaGrad(learningRate: 0.1, initialAccumulator: 0.1)),
    ("rmsprop", RMSProp()),
    ("rmsprop-centered", RMSProp(decay: 0.9, momentum: 0.8, isCentered: true)),
    ("adadelta", Adadelta()),
    ("adam", Adam(learningRate: 0.01)),
    (
        "adam-l2",
        WeightDecayed(Adam(learningRate: 0.01), decay: 0.1, style: .gradient, decayed: .all)
    ),
    ("amsgrad", AMSGrad(learningRate: 0.01, beta2: 0.6)),
    ("adamw", AdamW(learningRate: 0.01, decayed: .all)),
    ("adamax", AdaMax()),
    ("nadam", NAdam()),
    ("lion", Lion(learningRate: 0.01)),
    ("adafactor", Adafactor()),
    (
        "adafactor-decay",
        WeightDecayed(
            Adafactor(learningRate: 0.1, clipThreshold: 1.5), decay: 0.1, decayed: .all)
    ),
]

@Suite struct ParityTests {
    private static let shapes: [Shape] = [[4, 3], [5], [2, 3, 2]]

    private func split(_ flat: ArraySlice<Double>, _ dtype: DType) -> [Tensor] {
        var rest = flat
        return Self.shapes.map { shape in
            let part = Array(rest.prefix(shape.elementCount))
            rest = rest.dropFirst(shape.elementCount)
            return Tensor(part, shape: shape).cast(to: dtype)
        }
    }

    private func compare(
        _ name: String, _ optimizer: any Optimizer, _ dtype: DType, _ tolerance: Double
    ) throws {
        let vectors = try Vectors()
        let start = try vectors.numbers("start").values
        let (gradients, shape) = try vectors.numbers("gradients")
        let (expected, expectedShape) = try vectors.numbers("\(name)/\(dtype.rawValue)")
        try #require(shape == [10, start.count] && expectedShape == shape)
        let width = start.count
        let got = try trajectory(optimizer, from: split(start[...], dtype), steps: 10) { _, step in
            split(gradients[((step - 1) * width)..<(step * width)], dtype)
        }
        for (step, parts) in got.enumerated() {
            let row = Array(expected[(step * width)..<((step + 1) * width)])
            let mismatch = Closeness.mismatch(
                parts.flatMap { $0 }, row,
                tolerance: Tolerance(relative: tolerance, absolute: tolerance / 10))
            #expect(mismatch == nil, "\(name) \(dtype) step \(step + 1)")
        }
    }

    @Test(arguments: parityCases.indices) func tenStepsAreThoseOfPyTorch(index: Int) throws {
        let (name, optimizer) = parityCases[index]
        try compare(name, optimizer, .float32, 1e-5)
        try compare(name, optimizer, .float64, 1e-10)
    }

    @Test func tenStepsOfLBFGSAreThoseOfPyTorch() throws {
        let (expected, shape) = try Vectors().numbers("lbfgs")
        try #require(shape == [10, 5])
        let scale = Tensor.arange(5, dtype: .float64) + 1
        let start = Tensor.linspace(from: -2, to: 1.5, count: 5, dtype: .float64)
        for count in 1...10 {
            let driver = LBFGS(
                memory: 3, maximumIterations: count, gradientTolerance: 0, changeTolerance: 0,
                stepRule: .fixed(rate: 0.5))
            let outcome = try driver.minimize(start) { x in
                (scale * x * x / 2 + x.square().square() / 4).sum()
            }
            #expect(outcome.iterations == count)
            let row = Array(expected[((count - 1) * 5)..<(count * 5)])
            expectClose(
                outcome.model, row, shape: [5], dtype: .float64,
                tolerance: Tolerance(relative: 1e-10, absolute: 1e-11))
        }
    }
}
