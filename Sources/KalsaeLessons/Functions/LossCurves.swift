import Glibc
import KalsaeLayers
import KalsaePlots
import KalsaeTensor

/// Losses: mean and half-sum of squares, cross-entropy in its three forms, and accuracy beside them.
struct LossCurves {
    /// How sure the two guesses in the table are.
    var confidence = 0.6
    let context: LessonContext

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.losses.rawValue)
        let worked = Apples(context: context)
        try worked.losses(into: &report)
        try worked.softmax(into: &report)
        try forms(&report)
        try stable(&report)
        try compare(&report)
        return report
    }

    private func item(_ tensor: Tensor) throws -> Double { try tensor.item(Double.self) }

    /// Forms of one loss agree: class numbers and one-hot rows, probabilities and logits.
    private func forms(_ report: inout LectureReport) throws {
        let logits = Tensor.doubles([2, 1, -1, 0.5, 0.5, 3], [2, 3])
        let classes = Tensor([Int32(0), 2])
        let rows = classes.oneHot(classes: 3, dtype: .float64)
        let sparse = try item(Loss.softmaxCrossEntropy(logits, classes))
        report.check(
            "sparse less categorical cross-entropy",
            sparse - (try item(Loss.softmaxCrossEntropy(logits, rows))), 0, within: 1e-12)
        report.check(
            "cross-entropy of probabilities less of logits",
            sparse - (try item(Loss.crossEntropy(logits.softmax(), classes))), 0, within: 1e-6)
        // Two classes are one logit.
        let pair = Tensor.doubles([0, 1.5], [1, 2])
        let binary = try item(
            Loss.binaryCrossEntropy(.doubles([1.5], [1, 1]), .doubles([1], [1, 1])))
        report.check(
            "binary less two-class cross-entropy",
            binary - (try item(Loss.softmaxCrossEntropy(pair, Tensor([Int32(1)])))), 0,
            within: 1e-12)
        let (y, t) = (Tensor.doubles([1, 2, 4], [3, 1]), Tensor.doubles([1, 1, 1], [3, 1]))
        report.check(
            "mean squared error of 0, 1, 3", try item(Loss.meanSquaredError(y, t)), 10.0 / 3,
            within: 1e-12)
        let answers = try logits.argMax(axis: 1).values(Int.self)
        let right = zip(answers, [0, 2]).count { $0 == $1 }
        report.check("accuracy of the two rows", Double(right) / 2, 1, within: 0)
    }

    /// From logits the loss stays a number where probabilities have become 0.
    private func stable(_ report: inout LectureReport) throws {
        let far = Tensor.doubles([1000, 0], [1, 2])
        let loss = try item(Loss.softmaxCrossEntropy(far, Tensor([Int32(1)])))
        report.check("cross-entropy of a logit 1000 too small", loss, 1000, within: 1e-9)
        let naive = try item(-(far.exp() / far.exp().sum())[0, 1].log())
        report.check(
            "without the guard: numbers that are finite", naive.isFinite ? 1 : 0, 0, within: 0)
        let slope = try gradient(at: far) {
            Loss.softmaxCrossEntropy($0, Tensor([Int32(1)]))
        }.doubles
        report.check("its gradient, y - t", slope, [1, -1], within: 1e-12)
    }

    private func compare(_ report: inout LectureReport) throws {
        let shares = (1...99).map { Double($0) / 100 }
        let entropy = shares.map { -log($0) }
        let squares = shares.map { 0.5 * (1 - $0) * (1 - $0) }
        report.figure(
            "losses",
            Figure(
                title: context.say("What a wrong answer costs", "틀린 답의 대가"),
                x: Axis(context.say("probability of the right class", "정답 클래스의 확률")),
                y: Axis(context.say("loss", "손실"), low: 0),
                marks: [
                    .line(Series(context.say("cross-entropy", "교차 엔트로피"), x: shares, y: entropy)),
                    .line(
                        Series(
                            context.say("half squared error", "제곱 오차의 절반"), x: shares, y: squares)),
                ]))
        let rows = [confidence, 1 - confidence].map { share in
            LessonTable.Row(
                LessonNumber.short(share), [-log(share), 0.5 * (1 - share) * (1 - share)])
        }
        report.show(
            LessonTable(
                "costs", context.say("Loss by the probability of the right class", "정답 확률에 따른 손실"),
                columns: [
                    context.say("probability", "확률"), context.say("cross-entropy", "교차 엔트로피"),
                    context.say("half squared error", "제곱 오차의 절반"),
                ], rows: rows))
    }
}

extension LessonPlan {
    static let losses = LessonPlan(
        rows: [5, 6],
        slides: [
            LessonSlide("000", "2. 손실함수 - MSE"), LessonSlide("000", "2. 손실함수 - 크로스 엔트로피"),
            LessonSlide("001", "3. 신경망 학습 · 손실함수 (Loss function)"),
        ],
        knobs: [
            LessonKnob(
                "confidence", 0.6, 0.001...0.999, "probability in the table", "표에 쓸 정답 확률")
        ],
        // Cross-entropy of logits (2, 0) for class 0.
        exercise: .numbers(1, within: 5e-4) {
            let logits = Tensor.doubles([2, 0], [1, 2])
            return [try Loss.softmaxCrossEntropy(logits, Tensor([Int32(0)])).item(Double.self)]
        },
        program: { try LossCurves(confidence: $0("confidence"), context: $0).report() })
}
