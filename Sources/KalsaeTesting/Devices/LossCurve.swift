import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import Testing

/// Trainings on a device beside the CPU, from one seed: the curves of their losses part no further than
/// rounding lets them.
public enum LossCurve {
    /// Networks with and without windows, normalization and dropout, by their names.
    public static let networks: [(name: String, layers: [LayerSpec])] = [
        ("dense", [.flatten, .dense(units: 30, activation: .relu), .dense(units: 5)]),
        (
            "convolution",
            [
                .conv2D(filters: 6, kernel: 3, padding: .same), .batchNorm, .activation(.relu),
                .maxPool2D(2), .flatten, .dropout(rate: 0.3), .dense(units: 5),
            ]
        ),
    ]

    private static func curve(
        _ layers: [LayerSpec], _ dtype: DType, on device: Device, steps: Int
    ) throws -> [Double] {
        let x = Tensor.randn([40, 8, 8, 1], seed: 4).cast(to: dtype)
        let classes = Tensor.arange(40).cast(to: .int32)
        let y: Tensor = classes % Tensor([Int32(5)])
        try Tensor.evaluate([x, y])
        let built = try withSeed(3) { try Sequential(layers, input: [8, 8, 1]) }
        let model = built.mapTensors { _, tensor in
            tensor.dtype.isFloat ? tensor.cast(to: dtype) : tensor
        }
        let step = try device.asCurrent {
            try CompiledStep(model) { (model: inout Sequential, inputs: [Tensor]) -> [Tensor] in
                let key = RandomKey(seed: 5)
                let traced = StepScope.training(key: key) {
                    valueAndGradient(at: model) { (model: Sequential) -> Tensor in
                        Loss.softmaxCrossEntropy(model(inputs[0]), inputs[1])
                    }
                }
                let after = traced.reports.applied(to: model)
                let slope = traced.result.gradient
                var index = 0
                let slopes = slope.tensors.map(\.tensor)
                model = after.mapTensors { path, tensor in
                    defer { index += 1 }
                    guard path.role == .parameter, tensor.dtype.isFloat else { return tensor }
                    let change: Tensor = slopes[index] * 0.05
                    return tensor - change
                }
                return [traced.result.value]
            }
        }
        return try (0..<steps).map { _ in
            try step.run([x, y])
            return try step.results[0].item(Double.self)
        }
    }

    /// Checks the curve of a network on a device.
    public static func check(_ network: String, on device: Device) throws {
        let layers = try #require(networks.first { $0.name == network }).layers
        let exact = try curve(layers, .float64, on: .cpu, steps: 100)
        let plain = try curve(layers, .float32, on: .cpu, steps: 100)
        let other = try curve(layers, .float32, on: device, steps: 100)
        let wide = try curve(layers, .float64, on: device, steps: 100)
        #expect(exact[99] < exact[0] / 2)
        // Both round each operation half a unit off at most: what the CPU's float32 lost by then, and a
        // unit for each step.
        var lost = 0.0
        for step in exact.indices {
            lost = max(lost, abs(plain[step] - exact[step]))
            let unit = Double(Float.ulpOfOne) * exact[step] * Double(step + 1)
            #expect(abs(other[step] - exact[step]) <= 8 * lost + 8 * unit, "step \(step)")
            #expect(abs(wide[step] - exact[step]) <= 1e-7 * exact[step], "step \(step)")
        }
    }
}
