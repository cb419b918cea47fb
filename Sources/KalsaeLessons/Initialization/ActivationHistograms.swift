import KalsaeFiles
import KalsaeGraph
import KalsaeTensor

/// Outputs of five layers of 100 nodes for 1000 samples from N(0, 1), no biases, weights
/// N(0, s²): how the scale s decides whether signals saturate, collapse or keep their spread.
///
/// Source: 'Deep Learning from Scratch', chapter 6. Numbers are means over `draws` draws.
struct ActivationHistograms {
    var draws = 5
    /// Every deviation times so much.
    var factor = 1.0
    let context: LessonContext

    let scales: [(name: String, deviation: Double)] = [
        ("1", 1), (".01", 0.01), ("xavier", 0.1), ("he", 0.1414213562373095),
    ]

    /// What is looked at in one layer's outputs.
    private struct Layer {
        var mean = 0.0
        var deviation = 0.0
        /// The shares in the lowest and the highest of 30 bins over (0, 1).
        var low = 0.0
        var high = 0.0
        /// The share beyond ±.967, the ends of 60 bins over (-1, 1).
        var outside = 0.0
    }

    enum Function: String, CaseIterable {
        case sigmoid, tanh, relu

        func callAsFunction(_ x: Tensor) -> Tensor {
            switch self {
            case .sigmoid: x.sigmoid()
            case .tanh: x.tanh()
            case .relu: x.relu()
            }
        }
    }

    func report() throws -> LectureReport {
        var report = LectureReport("initializers")
        for function in Function.allCases {
            var rows: [JSONValue.Member] = []
            for (index, scale) in scales.enumerated() {
                let layers = try layers(function, scale.deviation * factor)
                rows.append(JSONValue.Member(scale.name, table(layers)))
                check(function, index, layers, into: &report)
            }
            report.table(function.rawValue, .object(rows))
            try draw(function, into: &report)
        }
        let he = try histogram(.sigmoid, 1)
        report.table("histogram_sigmoid_1_layer_1", he)
        report.note("a histogram of tanh over (0, 1) shows only half of the values")
        return report
    }

    // MARK: - Drawing

    func outputs(_ function: Function, _ deviation: Double, draw: Int) -> [Tensor] {
        var x = Tensor.normal([1000, 100], key: RandomKey(seed: draw, stream: 1))
        return (0..<5).map { layer in
            let key = RandomKey(seed: draw, stream: 2 + layer)
            x = function(x.matmul(.normal([100, 100], deviation: deviation, key: key)))
            return x
        }
    }

    private func layers(_ function: Function, _ deviation: Double) throws -> [Layer] {
        var sums = [Layer](repeating: Layer(), count: 5)
        for draw in 0..<draws {
            let rows = outputs(function, deviation, draw: draw).map { y -> Tensor in
                func share(_ mask: Tensor) -> Tensor { mask.cast(to: .float64).mean() }
                let wide = y.cast(to: .float64)
                let spread = (wide - wide.mean()).square().mean().sqrt()
                return .stack([
                    wide.mean(), spread, share(y .< 1.0 / 30), share(y .>= 29.0 / 30),
                    share(y.abs() .> 0.967),
                ])
            }
            let numbers = try Tensor.stack(rows).doubles
            for layer in 0..<5 {
                let row = numbers[(layer * 5)..<(layer * 5 + 5)].map { $0 / Double(draws) }
                sums[layer].mean += row[0]
                sums[layer].deviation += row[1]
                sums[layer].low += row[2]
                sums[layer].high += row[3]
                sums[layer].outside += row[4]
            }
        }
        return sums
    }

    private func table(_ layers: [Layer]) -> JSONValue {
        .array(
            layers.map { layer in
                [
                    "mean": .number(layer.mean), "std": .number(layer.deviation),
                    "lowest_bin": .number(layer.low), "highest_bin": .number(layer.high),
                ]
            })
    }

    /// The counts of 30 bins over (0, 1) in the first layer.
    private func histogram(_ function: Function, _ deviation: Double) throws -> JSONValue {
        let bins = (outputs(function, deviation, draw: 0)[0] * 30).floor().minimum(29)
        let counts = bins.reshaped(to: [100_000]).cast(to: .int32).oneHot(classes: 30).sum(axes: [0]
        )
        return .array(try counts.values(Int.self).map { .integer($0) })
    }

    // MARK: - What must come out

    private func check(
        _ function: Function, _ scale: Int, _ layers: [Layer], into report: inout LectureReport
    ) {
        let name = "\(function.rawValue), s \(scales[scale].name)"
        switch function {
        case .sigmoid:
            let expected = [
                [0.459, 0.438, 0.439, 0.432, 0.437], [0.0247, 0.0128, 0.0126, 0.0124, 0.0132],
                [0.209, 0.129, 0.121, 0.118, 0.124], [0.261, 0.169, 0.164, 0.163, 0.171],
            ]
            bands("\(name): std", layers.map(\.deviation), expected[scale], 0.1, into: &report)
            if scale == 0 {
                let ends = layers.map { ($0.low + $0.high) / 2 }
                report.check("\(name): share of each end bin, layer 1", ends[0], in: 0.35...0.39)
                for layer in 1..<5 {
                    report.check(
                        "\(name): share of each end bin, layer \(layer + 1)", ends[layer],
                        in: 0.26...0.33)
                }
            } else if scale == 1 {
                report.check("\(name): mean, layer 5", layers[4].mean, in: 0.45...0.55)
            }
        case .tanh:
            let expected = [
                [0.959, 0.958, 0.958, 0.958, 0.958], [0.0993, 0.00997, 0.001, 1e-4, 9.9e-6],
                [0.627, 0.484, 0.408, 0.357, 0.322], [0.719, 0.634, 0.596, 0.576, 0.568],
            ]
            bands("\(name): std", layers.map(\.deviation), expected[scale], 0.08, into: &report)
            if scale == 0 {
                report.check(
                    "\(name): share beyond ±.967, layer 5", layers[4].outside, in: 0.81...0.87)
            }
        case .relu:
            let expected = [
                [3.99, 27.8, 203, 1.2e3, 8.7e3], [0.0398, 0.00276, 2e-4, 1.3e-5, 9.5e-7],
                [0.396, 0.285, 0.183, 0.124, 0.088], [0.559, 0.556, 0.528, 0.514, 0.534],
            ]
            bands("\(name): mean", layers.map(\.mean), expected[scale], 0.4, into: &report)
            let ratio = (layers[4].mean / layers[0].mean).squareRoot().squareRoot()
            let name = "\(name): mean from layer to layer times"
            if scale == 2 { report.check(name, ratio, in: 0.62...0.77) }
            if scale == 3 { report.check(name, ratio, in: 0.92...1.08) }
        }
    }

    /// A number for each layer, up to a share of what the reference drew.
    private func bands(
        _ name: String, _ got: [Double], _ expected: [Double], _ share: Double,
        into report: inout LectureReport
    ) {
        for (layer, value) in expected.enumerated() {
            report.check("\(name), layer \(layer + 1)", got[layer], value, within: value * share)
        }
    }
}
