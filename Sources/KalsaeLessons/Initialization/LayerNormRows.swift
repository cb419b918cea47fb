import KalsaeLayers
import KalsaeOptimizers
import KalsaePlots
import KalsaeTensor

/// Layer norm: a row by itself, the same in training and inference, whatever the batch.
struct LayerNormRows {
    var row = [1.0, 2, 3, 4]
    let context: LessonContext

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.layerNorm.rawValue)
        try numbers(&report)
        try axes(&report)
        try train(&report)
        return report
    }

    /// (1, 2, 3, 4): mean 2.5, variance 1.25.
    private func numbers(_ report: inout LectureReport) throws {
        let norm = LayerNorm(4, epsilon: 0)
        let x = Tensor.floats([row])
        let y = try norm(x).doubles
        let deviation = 1.25.squareRoot()
        report.check(
            "(1, 2, 3, 4)", y, [-1.5, -0.5, 0.5, 1.5].map { $0 / deviation }, within: 1e-5)
        let times = try norm(x * 100 + 7).doubles
        report.check("of 100 x + 7: the same", times, y, within: 1e-4)
        let trained = try StepScope.training(key: RandomKey(seed: 1)) { try norm(x).doubles }.result
        report.check("training and inference agree", trained, y, within: 0)
        let company = Tensor.concatenate([x, Tensor.floats([[9, -3, 0, 50]])], axis: 0)
        report.check(
            "with another row in the batch", Array(try norm(company).doubles.prefix(4)), y,
            within: 1e-6)
        report.show(
            LessonTable(
                "row", context.say("A row before and after", "정규화 전과 후의 한 행"),
                rows: [LessonTable.Row("x", row), LessonTable.Row("LN(x)", y)]))
    }

    /// Along which axis the means are 0 and the deviations 1.
    private func axes(_ report: inout LectureReport) throws {
        let key = RandomKey(seed: 5)
        let x = Tensor.normal([6, 8], mean: 2, deviation: 3, key: key)
        let layer = LayerNorm(8)(x)
        let batch = try StepScope.training(key: key) {
            let y = BatchNorm(8)(x)
            try y.evaluate()
            return y
        }.result
        func largest(_ y: Tensor, _ axis: Int) throws -> Double {
            try y.mean(axes: [axis]).abs().max().item(Double.self)
        }
        report.check("layer norm: largest mean of a row", try largest(layer, 1), 0, within: 1e-5)
        report.check("batch norm: largest mean of a column", try largest(batch, 0), 0, within: 1e-5)
        report.check("layer norm: largest mean of a column", try largest(layer, 0), atLeast: 0.1)
        let maps = try [x, batch, layer].map { tensor in
            Mark.heatMap(
                HeatMap(rows: 6, columns: 8, values: try tensor.doubles, colors: .diverging))
        }
        let titles = [
            context.say("before", "정규화 전"), context.say("batch norm: columns", "배치 정규화: 열마다"),
            context.say("layer norm: rows", "층 정규화: 행마다"),
        ]
        report.figure(
            "axes",
            Figure(
                title: context.say("Six rows of eight numbers", "수 여덟 개짜리 여섯 행"),
                panels: zip(titles, maps).map { title, map in
                    Panel(
                        title: title, x: Axis(context.say("feature", "특성")),
                        y: Axis(context.say("row", "행")), marks: [map])
                }, columns: 3), width: 960, height: 320, isForTerminals: false)
    }

    /// Layer norm learns with batches of one; batch norm needs two at least, and suffers from two.
    private func train(_ report: inout LectureReport) throws {
        var runs = try DigitRuns(images: 500)
        (runs.batch, runs.steps) = (1, 3000)
        func network(_ norm: (Int) -> any Layer) -> Sequential {
            withSeed(1) {
                Sequential(
                    Dense(784, 50, useBias: false), norm(50), ActivationLayer(.relu), Dense(50, 10))
            }
        }
        let optimizer = SGD(learningRate: 0.01)
        let layer = try runs.run(network { LayerNorm($0) }, optimizer: optimizer)
        (runs.batch, runs.steps) = (2, 1500)
        let batch = try runs.run(network { BatchNorm($0) }, optimizer: optimizer)
        report.check(
            "layer norm, batches of 1: test accuracy", layer.test.last ?? .nan, in: 0.6...1)
        report.check(
            "layer norm, batches of 1, less batch norm, batches of 2",
            (layer.test.last ?? .nan) - (batch.test.last ?? .nan), atLeast: 0.02)
        report.figure(
            "batches-of-one",
            Figure(
                title: context.say("The smallest batches", "가장 작은 배치로 학습하기"),
                x: Axis(context.say("digits seen", "학습한 숫자의 수")),
                y: Axis(context.say("test accuracy", "테스트 정확도"), low: 0, high: 1),
                marks: [
                    .line(
                        Series(
                            context.say("layer norm, batches of 1", "층 정규화, 배치 1"), x: layer.steps,
                            y: layer.test)),
                    .line(
                        Series(
                            context.say("batch norm, batches of 2", "배치 정규화, 배치 2"),
                            x: batch.steps.map { 2 * $0 }, y: batch.test)),
                ]))
    }
}

extension LessonPlan {
    static let layerNorm = LessonPlan(
        rows: [22],
        slides: [LessonSlide("000", "5. 층 정규화(Layer Normalization)")],
        // Layer norm of (0, 0, 3).
        exercise: .numbers(3, within: 2e-3) {
            try LayerNorm(3, epsilon: 0)(Tensor.floats([[0, 0, 3]])).doubles
        },
        program: { try LayerNormRows(context: $0).report() })
}
