import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaePlots
import KalsaeTensor
import KalsaeTraining

/// Exclusive or: no line says it, three gates do, and a hidden layer learns to.
struct ExclusiveOr {
    var hidden = 4
    var rate = 0.05
    var steps = 400
    var seed = 1
    let context: LessonContext

    private let targets = [0, 1, 1, 0]

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.xor.rawValue)
        gates(&report)
        let line = try train(hidden: nil)
        let network = try train(hidden: hidden)
        // By symmetry the best line says ½ everywhere: ln 2.
        report.check("one line: loss", line.losses.last ?? .nan, 0.6931, within: 0.002)
        report.check("hidden layer: loss", network.losses.last ?? .nan, in: 0...0.05)
        let answers = try network.model(Tensor.floats(UnitSquare.corners)).doubles
        report.check(
            "hidden layer: answers", answers.map { $0 > 0 ? 1 : 0 }, [0, 1, 1, 0], within: 0)
        show(&report, line: line, network: network)
        return report
    }

    private func gates(_ report: inout LectureReport) {
        let rows = UnitSquare.corners.map { x -> LessonTable.Row in
            let (s1, s2) = (Perceptron.nand(x), Perceptron.or(x))
            let y = Perceptron.and(s1, s2)
            return LessonTable.Row("", x + [Double(s1), Double(s2), Double(y)])
        }
        report.check("NAND", rows.map { $0.values[2] }, [1, 1, 1, 0], within: 0)
        report.check("OR", rows.map { $0.values[3] }, [0, 1, 1, 1], within: 0)
        report.check("XOR of three gates", rows.map { $0.values[4] }, [0, 1, 1, 0], within: 0)
        report.show(
            LessonTable(
                "gates", context.say("XOR of three gates", "게이트 세 개로 만든 XOR"),
                columns: ["x₁", "x₂", "s₁ NAND", "s₂ OR", "y AND"], rows: rows))
    }

    private struct Trained {
        let model: Sequential
        let losses: [Double]
    }

    /// Logits of a line, or of a hidden layer in front of one, trained on the four corners.
    private func train(hidden: Int?) throws -> Trained {
        let model = withSeed(seed) {
            hidden.map { Sequential(Dense(2, $0, activation: .tanh), Dense($0, 1)) }
                ?? Sequential(Dense(2, 1))
        }
        let (x, y) = (
            Tensor.floats(UnitSquare.corners), Tensor.floats(targets.map { [Double($0)] })
        )
        let step = try BatchStep(
            model, loss: .binaryCrossEntropy, optimizer: Adam(learningRate: rate), seed: seed)
        var losses: [Double] = []
        for _ in 0..<steps { losses.append(try step.run(x, y)) }
        return Trained(model: step.model, losses: losses)
    }

    private func show(
        _ report: inout LectureReport, line: Trained, network: Trained
    ) {
        let points = UnitSquare.points
        let gates = points.map { x in
            Perceptron.and(Perceptron.nand(x), Perceptron.or(x))
        }
        func classes(_ model: Sequential) -> [Int] {
            ((try? model(Tensor.floats(points)).doubles) ?? []).map { $0 > 0 ? 1 : 0 }
        }
        report.figure(
            "regions",
            Figure(
                title: context.say(
                    "One line, three gates, a learned layer", "직선 하나, 게이트 셋, 학습한 은닉층"),
                panels: [
                    UnitSquare.panel(
                        context.say("one line", "직선 하나"), targets: targets, classes(line.model)),
                    UnitSquare.panel(
                        context.say("three gates", "게이트 세 개"), targets: targets, gates),
                    UnitSquare.panel(
                        context.say("learned", "학습한 은닉층"), targets: targets,
                        classes(network.model)),
                ], columns: 3, legend: .none), width: 900, height: 360)
        report.figure(
            "loss",
            Figure(
                title: context.say("Loss while they learn", "학습하는 동안의 손실"),
                x: Axis(context.say("step", "단계")), y: Axis(context.say("loss", "손실"), low: 0),
                marks: [
                    .line(Series(context.say("one line", "직선 하나"), y: line.losses)),
                    .line(Series(context.say("hidden layer", "은닉층"), y: network.losses)),
                ]))
    }
}

extension LessonPlan {
    static let xor = LessonPlan(
        rows: [1],
        slides: [
            LessonSlide("000", "2. 단층 퍼셉트론 - XOR 게이트"), LessonSlide("000", "3. 다층 퍼셉트론"),
            LessonSlide("001", "1. 퍼셉트론 · 퍼셉트론의 한계"),
            LessonSlide("001", "1. 퍼셉트론 · 다층 퍼셉트론"),
        ],
        knobs: [
            .whole("hidden", 4, 1...64, "units of the hidden layer", "은닉층의 뉴런 수"),
            LessonKnob("rate", 0.05, 1e-4...1, "learning rate of Adam", "Adam의 학습률"),
            .whole("steps", 400, 1...5000, "steps of training", "학습 단계 수"), .seed,
        ],
        // s₁ = x₁ OR x₂ of the lectures; y must be 1 only where exactly one input is.
        exercise: .condition(3) { answer in
            let output = Perceptron(weights: Array(answer[..<2]), bias: answer[2])
            return UnitSquare.corners.map { x in
                output(Perceptron.or(x), Perceptron.and(x))
            } == [0, 1, 1, 0]
        },
        program: { context in
            try ExclusiveOr(
                hidden: context.whole("hidden"), rate: context("rate"),
                steps: context.whole("steps"), seed: context.whole("seed"), context: context
            ).report()
        })
}
