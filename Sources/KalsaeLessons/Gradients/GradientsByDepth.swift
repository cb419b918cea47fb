import Glibc
import KalsaeGraph
import KalsaeLayers
import KalsaePlots
import KalsaeTensor

/// The gradients of a deep network by layer, before any training: they vanish, stay or explode by
/// the function and by the scale of the first weights.
struct GradientsByDepth {
    var depth = 10
    var width = 100
    var seed = 1
    let context: LessonContext

    private struct Way {
        let name: String
        let activation: Activation
        /// The deviation of the weights times √width.
        let scale: Double
    }

    private var ways: [Way] {
        [
            Way(name: "sigmoid, Xavier", activation: .sigmoid, scale: 1),
            Way(name: "tanh, Xavier", activation: .tanh, scale: 1),
            Way(name: "ReLU, He", activation: .relu, scale: 2.0.squareRoot()),
            Way(
                name: "ReLU, s = 0.01", activation: .relu, scale: 0.01 * Double(width).squareRoot()),
            Way(name: "ReLU, 2 · He", activation: .relu, scale: 2 * 2.0.squareRoot()),
        ]
    }

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.vanishing.rawValue)
        let norms = try ways.map { try gradients($0) }
        let layers = (1...depth).map(Double.init)
        // From layer to layer, as a mean over the depth.
        let ratios = norms.map { pow($0[0] / $0[depth - 1], 1 / Double(depth - 1)) }
        report.check("sigmoid: factor from layer to layer", ratios[0], in: 0.15...0.27)
        report.check("tanh: factor from layer to layer", ratios[1], in: 0.75...1.05)
        report.check("ReLU, He: factor from layer to layer", ratios[2], in: 0.8...1.2)
        report.check("ReLU, s = .01: factor from layer to layer", ratios[3], in: 0.04...0.1)
        report.check("ReLU, 2 · He: factor from layer to layer", ratios[4], in: 1.6...2.4)
        report.check("largest slope of the sigmoid", try slope(.sigmoid), 0.25, within: 1e-9)
        report.check("largest slope of tanh", try slope(.tanh), 1, within: 1e-9)
        report.show(
            LessonTable(
                "norms",
                context.say(
                    "Norm of the gradient by each layer's sums", "층별 가중합에 대한 기울기의 크기"),
                columns: [
                    "", context.say("first layer", "첫 층"), context.say("last layer", "마지막 층"),
                    context.say("factor a layer", "층마다 곱해지는 수"),
                ],
                rows: ways.indices.map {
                    LessonTable.Row(
                        ways[$0].name, [norms[$0][0], norms[$0][depth - 1], ratios[$0]])
                }))
        report.figure(
            "norms",
            Figure(
                title: context.say("Gradients by layer", "층별 기울기의 크기"),
                x: Axis(context.say("layer, 1 next to the input", "층(1이 입력 쪽)")),
                y: Axis(context.say("norm of the gradient", "기울기의 크기"), scale: .log),
                marks: zip(ways, norms).map {
                    .line(Series($0.name, x: layers, y: $1, hasMarkers: true))
                }))
        return report
    }

    private func slope(_ activation: Activation) throws -> Double {
        try gradient(at: .doubles([0])) { activation($0).sum() }.doubles[0]
    }

    /// The norm of each layer's gradient for random inputs and a random direction at the output.
    private func gradients(_ way: Way) throws -> [Double] {
        func draw(_ shape: Shape, _ deviation: Double, _ stream: Int) -> Tensor {
            .normal(shape, deviation: deviation, key: RandomKey(seed: seed, stream: stream))
        }
        let x = draw([100, width], 1, 1)
        let direction = draw([100, width], 1, 2)
        let weights = (0..<depth).map { layer in
            draw([width, width], way.scale / Double(width).squareRoot(), 10 + layer)
        }
        // Zeros that are added to each layer's sums: their gradients are those of the sums.
        let zeros = [Tensor](repeating: .zeros([100, width]), count: depth)
        let slopes = valueAndGradient(at: zeros) { zeros in
            let output = zip(weights, zeros).reduce(x) { x, layer in
                way.activation(x.matmul(layer.0) + layer.1)
            }
            return (output * direction).sum()
        }.gradient
        let squares = slopes.map { $0.cast(to: .float64).square().sum().sqrt() }
        return try Tensor.stack(squares).doubles
    }
}

extension LessonPlan {
    static let vanishing = LessonPlan(
        rows: [18],
        slides: [
            LessonSlide("000", "0. 기울기 소실과 폭주란?"), LessonSlide("000", "1. ReLU와 ReLU의 변형들"),
            LessonSlide("003", "1.9 다양한 정규화 기법들"), LessonSlide("004", "배치 정규화가 잘 작동하는 이유는 무엇일까?"),
        ],
        knobs: [
            .whole("depth", 10, 2...50, "layers", "층의 수"),
            .whole("width", 100, 4...500, "units of a layer", "층의 뉴런 수"), .seed,
        ],
        // At best a gradient passes ten sigmoids by this factor.
        exercise: .numbers(1, within: 1e-7) { [pow(0.25, 10)] },
        program: { context in
            try GradientsByDepth(
                depth: context.whole("depth"), width: context.whole("width"),
                seed: context.whole("seed"), context: context
            ).report()
        })
}
