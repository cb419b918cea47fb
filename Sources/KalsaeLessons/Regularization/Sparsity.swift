import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaePlots
import KalsaeTensor
import KalsaeTraining

/// L1 against L2: a line in 20 inputs, of which three matter; L1 leaves the others at zero.
struct Sparsity {
    var factor = 0.2
    var seed = 1
    let context: LessonContext

    private let truth = [3.0, -2, 1.5] + [Double](repeating: 0, count: 17)
    private let rows = 60

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.sparsity.rawValue)
        let x = Tensor.normal([rows, 20], key: RandomKey(seed: seed, stream: 1))
        let noise = Tensor.normal([rows, 1], deviation: 0.7, key: RandomKey(seed: seed, stream: 2))
        let weight = Tensor(truth.map { Float($0) }, shape: [20, 1])
        let y = x.matmul(weight) + noise
        let ways: [(name: String, penalty: Regularizer?)] = [
            (context.say("no penalty", "벌점 없음"), nil), ("L2", .l2(factor)), ("L1", .l1(factor)),
        ]
        let fits = try ways.map { try fit(x, y, $0.penalty) }
        let zeros = fits.map { weights in Double(weights.count { $0.magnitude < 0.01 }) }
        let sizes = fits.map { weights in weights.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        report.check("none: weights near 0", zeros[0], in: 0...6)
        report.check("L1: weights near 0", zeros[2], in: 9...17)
        report.check("L1: more than L2 has", zeros[2] - zeros[1], atLeast: 6)
        report.check("L2: size of the weights over none's", sizes[1] / sizes[0], in: 0.5...0.97)
        let kept = fits[2].prefix(3).count { $0.magnitude > 0.5 }
        report.check("L1: the three that matter are kept", Double(kept), 3, within: 0)
        try slopes(&report)
        report.show(
            LessonTable(
                "weights", context.say("What is left of 20 weights", "가중치 20개 가운데 남은 것"),
                columns: [
                    "", context.say("near 0", "0에 가까움"), context.say("size", "크기 ‖w‖"), "w₁", "w₂",
                    "w₃",
                ],
                rows: ways.indices.map { index in
                    LessonTable.Row(
                        ways[index].name,
                        [zeros[index], sizes[index]] + fits[index].prefix(3))
                }))
        report.figure(
            "weights",
            Figure(
                title: context.say("L1 leaves few weights", "L1은 가중치를 몇 개만 남긴다"),
                x: Axis(context.say("weight", "가중치")), y: Axis(),
                marks: [
                    .bars(
                        Bars(
                            names: (1...20).map(String.init),
                            series: zip(ways, fits).map { BarSeries($0.name, values: $1) }))
                ]), width: 900, height: 400)
        return report
    }

    private func fit(_ x: Tensor, _ y: Tensor, _ penalty: Regularizer?) throws -> [Double] {
        let model = withSeed(seed) { Dense(20, 1, useBias: false) }
        let optimizer = SGD(learningRate: 0.05)
        let step = try BatchStep(
            model, optimizer, OptimizerState(for: model, optimizer), seed: seed
        ) { model, inputs in
            let loss = Loss.meanSquaredError(model(inputs[0]), inputs[1])
            return (penalty.flatMap { $0.penalty(model) }.map { loss + $0 } ?? loss, nil)
        }
        let schedule = LearningRateSchedule.cosine(steps: 1000)
        for number in 1...1000 {
            step.optimizer.learningRate = 0.05 * schedule.factor(step: number)
            _ = try step.run(x, y)
        }
        return try step.model.weight.doubles
    }

    /// L1 pulls with the same force however small a weight is, L2 with its size.
    private func slopes(_ report: inout LectureReport) throws {
        let weight = Tensor.doubles([2, 0.1, -0.1], [3, 1])
        let l1 = try gradient(at: weight) { Regularizer.l1(0.5).penalty(of: $0) }.doubles
        let l2 = try gradient(at: weight) { Regularizer.halfSquares(0.5).penalty(of: $0) }.doubles
        report.check("L1: gradient at 2, .1, -.1", l1, [0.5, 0.5, -0.5], within: 1e-12)
        report.check("L2: gradient at 2, .1, -.1", l2, [1, 0.05, -0.05], within: 1e-12)
    }
}

extension LessonPlan {
    static let sparsity = LessonPlan(
        rows: [15],
        slides: [
            LessonSlide("000", "3. 가중치 규제(Regularization) 적용하기"),
            LessonSlide("003", "1.9 다양한 정규화 기법들"),
        ],
        knobs: [LessonKnob("factor", 0.2, 0...5, "strength of the penalty", "규제의 강도"), .seed],
        // The L1 penalty .1 Σ|w| of 3, -4, 0 and its gradient for the second.
        exercise: .numbers(2, within: 1e-6) {
            let weight = Tensor.doubles([3, -4, 0], [3, 1])
            let (value, slope) = valueAndGradient(at: weight) {
                Regularizer.l1(0.1).penalty(of: $0)
            }
            return [try value.item(Double.self), try slope.doubles[1]]
        },
        program: {
            try Sparsity(factor: $0("factor"), seed: $0.whole("seed"), context: $0).report()
        })
}
