import FoundationEssentials
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import KalsaeTesting
import Testing

/// Values and gradients of activations and losses against those of PyTorch, in
/// `Vectors/losses.safetensors` (`Scripts/parity/losses.py`).
@Suite struct LossParityTests {
    static let file = try? SafetensorsFile(path: path)
    static let path = vectors("losses.safetensors")

    /// The names of the cases, as in `loss huber/mean`.
    static let cases: [String] = (file?.entries ?? []).map(\.name).filter { $0.hasSuffix(".value") }
        .map { String($0.dropLast(6)) }.sorted()

    @Test func hasCasesForEveryKind() {
        let tested = Set(Self.cases.map { Self.subject($0) })
        for activation in Activation.all where activation != .step {
            #expect(tested.contains("activation \(activation.name)"))
        }
        let formulas = Set(LossFormula.all.map(\.loss.name))
        for loss in Loss.all where !formulas.contains(loss.name) {
            #expect(tested.contains("loss \(loss.name)"))
        }
        #expect(Self.cases.count == 61)
    }

    @Test(arguments: cases) func agrees(_ name: String) throws {
        for (dtype, tolerance) in [(DType.float64, 1e-10), (.float32, 1e-5)] {
            let x = try Self.tensor("\(name).x", dtype)
            let function = try Self.function(name, dtype)
            let expected = try Self.tensor("\(name).value", .float64)
            let limit = Tolerance(relative: tolerance, absolute: tolerance)
            let value = function(x)
            #expect(value.dtype == dtype)
            expectClose(value.cast(to: .float64), expected, tolerance: limit)
            let count = max(expected.count, 1)
            // As torch.linspace(0.5, 1.5, count).
            let weights = (0..<count).map {
                count == 1 ? 0.5 : 0.5 + Double($0) / Double(count - 1)
            }
            let slope = gradient(at: x) { x in
                let value = function(x)
                return (value * Tensor(weights, shape: value.shape).cast(to: dtype)).sum()
            }
            let right = try Self.tensor("\(name).gradient", .float64)
            expectClose(slope.cast(to: .float64), right, tolerance: limit)
        }
    }

    private static func subject(_ name: String) -> String {
        String(name.prefix { $0 != "(" && $0 != "/" }.replacing(" dense", with: ""))
    }

    private static func function(
        _ name: String, _ dtype: DType
    ) throws -> @Sendable (Tensor) -> Tensor {
        let words = name.split(separator: " ", maxSplits: 1).map(String.init)
        if words[0] == "activation" {
            let activation = try #require(Activation(rawValue: words[1]))
            return { activation($0) }
        }
        let parts = words[1].split(separator: "/").map(String.init)
        let loss = try #require(Loss(rawValue: parts[0].replacing(" dense", with: "")))
        let reduction = try #require(Loss.Reduction(rawValue: parts[1]))
        let targets = try tensor("\(name).targets", dtype)
        return { loss($0, targets, reduction: reduction) }
    }

    private static func tensor(_ name: String, _ dtype: DType) throws -> Tensor {
        let file = try #require(Self.file)
        let entry = try #require(file.entry(named: name))
        let bytes = file.bytes[entry.range]
        let shape = Shape(entry.shape)
        if entry.type.rawValue == "I32" {
            let numbers: [Int32] = bytes.withUnsafeBytes { all in
                (0..<shape.elementCount).map {
                    all.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self)
                }
            }
            return Tensor(numbers, shape: shape)
        }
        let numbers: [Double] = bytes.withUnsafeBytes { all in
            (0..<shape.elementCount).map {
                all.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self)
            }
        }
        return Tensor(numbers, shape: shape).cast(to: dtype)
    }
}
