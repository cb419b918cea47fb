import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeTensor

/// The worked example of backpropagation: 2-2-2, sigmoid in both layers, no biases, error
/// `Σ ½ (target - output)²`, learning rate 0.5, in `float64`.
///
/// Source: wikidocs 37406 and the slides after it.
struct Backprop {
    /// The network of the example; weights `[from, to]`.
    struct Network: Layer {
        var hidden = Dense(2, 2, activation: .sigmoid, useBias: false)
        var output = Dense(2, 2, activation: .sigmoid, useBias: false)
        static let parts = Parts(\Self.hidden, \.output)

        init() {
            hidden.weight = .doubles([0.3, 0.4, 0.25, 0.35], [2, 2])
            output.weight = .doubles([0.45, 0.7, 0.4, 0.6], [2, 2])
        }

        func callAsFunction(_ x: Tensor) -> Tensor { output(hidden(x)) }

        /// W1 to W8 in the order of the page.
        var weights: [Double] {
            get throws {
                let (one, two) = (try hidden.weight.doubles, try output.weight.doubles)
                return [one[0], one[2], one[1], one[3], two[0], two[2], two[1], two[3]]
            }
        }
    }

    let x = Tensor.doubles([0.1, 0.2], [1, 2])
    let target = Tensor.doubles([0.4, 0.6], [1, 2])
    private let optimizer: SGD
    let context: LessonContext

    init(rate: Double = 0.5, context: LessonContext = LessonContext()) {
        optimizer = SGD(learningRate: rate)
        self.context = context
    }

    func report() throws -> LectureReport {
        var report = LectureReport("backprop")
        let before = Network()
        try forward(before, into: &report)
        let (after, _, gradient) = try step(before)
        let steps: [Double] = [
            0.0008088753836262, 0.0016177507672524, 0.0007100860110549, 0.0014201720221098,
            0.0259228556036474, 0.0262959013282020, 0.0074084446272134, 0.0075150566701163,
        ]
        for (index, number) in try gradient.weights.enumerated() {
            report.check("dE/dW\(index + 1)", number, steps[index], within: 1e-12)
        }
        let weights: [Double] = [
            0.2995955623081869, 0.2491911246163738, 0.3996449569944726, 0.3492899139889451,
            0.4370385721981763, 0.3868520493358990, 0.6962957776863933, 0.5962424716649418,
        ]
        for (index, number) in try after.weights.enumerated() {
            report.check("W\(index + 1)+", number, weights[index], within: 1e-8)
        }
        report.table("weights", try after.weights)
        try show(before, gradient, after, printed: weights, into: &report)
        try errors(from: before, into: &report)
        try wrongOrder(before, right: after, into: &report)
        report.note("the slides' \"o2 = .68047\" is a misprint: that is z4; o2 is .66384")
        report.note("the page's \"0.1 - 0.5 x 0.00080888\" before W1+ must start from 0.3")
        report.note("z4 .68047 and o1 .60944 on the slides are cut, not rounded")
        return report
    }

    /// The numbers on the way forward, before the step.
    private func forward(_ network: Network, into report: inout LectureReport) throws {
        let z = x.matmul(network.hidden.weight)
        let hidden = network.hidden(x)
        let sums = hidden.matmul(network.output.weight)
        let output = network(x)
        let half = (target - output).square() * 0.5
        report.check("z1, z2", try z.doubles, [0.08, 0.11], within: 1e-12)
        report.check(
            "h1, h2", try hidden.doubles, [0.5199893401555818, 0.5274723043445937], within: 1e-12)
        report.check(
            "z3, z4", try sums.doubles, [0.4449841248078493, 0.6804759207156634], within: 1e-12)
        report.check(
            "o1, o2", try output.doubles, [0.6094460049966992, 0.6638449096982892], within: 1e-12)
        report.check(
            "E1, E2", try half.doubles, [0.0219338145045387, 0.0020380862471914], within: 1e-12)
    }

    func error(_ network: Network) -> Tensor {
        ((target - network(x)).square() * 0.5).sum()
    }

    /// A step along the gradient, with the error before it.
    func step(
        _ network: Network
    ) throws -> (network: Network, error: Tensor, gradient: Network) {
        var state = OptimizerState(for: network, optimizer)
        let (value, gradient) = valueAndGradient(at: network) { error($0) }
        let next = optimizer.updated(
            network, gradient: gradient, state: &state,
            scalars: .doubles(optimizer.scalars(step: 1).values))
        return (next, value, gradient)
    }

    /// The error before each of 1000 steps.
    private func errors(from network: Network, into report: inout LectureReport) throws {
        let descent = try CompiledStep(network) { network, _ in
            let (next, error, _) = try step(network)
            network = next
            return [error]
        }
        var curve: [Double] = []
        for _ in 0...1000 { curve.append(try descent()[0].item(Double.self)) }
        report.check("E before", curve[0], 0.0239719007517300, within: 1e-12)
        report.check("E after the step", curve[1], 0.0232363388722918, within: 1e-12)
        report.check("E after 10 steps", curve[10], 0.017436731903582046, within: 1e-12)
        report.check("E after 100 steps", curve[100], 0.0008489693110526, within: 1e-12)
        report.check("E after 1000 steps", curve[1000], 3.0e-16, within: 1e-17)
        report.table("error", Array(curve[...100]))
        showErrors(curve, into: &report)
    }

    /// The negative test: errors sent back through the new W5 to W8 give other weights.
    private func wrongOrder(
        _ before: Network, right: Network, into report: inout LectureReport
    ) throws {
        let hidden = before.hidden(x)
        let output = before(x)
        let delta = (output - target) * output * (1 - output)
        let sentBack = delta.matmul(right.output.weight, transposeRight: true)
        let gradient = x.matmul(sentBack * hidden * (1 - hidden), transposeLeft: true)
        let new = try (before.hidden.weight - gradient * 0.5).doubles
        let wrong = [new[0], new[2], new[1], new[3]]
        let expected = [0.29960429, 0.24920857, 0.39965379, 0.34930759]
        let true4 = try right.weights
        for index in 0..<4 {
            let name = "W\(index + 1)+ through updated W5..W8 (wrong)"
            report.check(name, wrong[index], expected[index], within: 5e-9)
            report.check(
                "its distance from W\(index + 1)+", (wrong[index] - true4[index]).magnitude,
                atLeast: 1e-6)
        }
    }
}
