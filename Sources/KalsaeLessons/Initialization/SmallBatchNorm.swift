import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaePlots
import KalsaeTensor

/// Batch norm with batches of 1, 2, 4, 16 and 64: how noisy its statistics are, and what is learned
/// of the same number of digits.
struct SmallBatchNorm {
    var examples = 6400
    let context: LessonContext

    private let sizes = [1, 2, 4, 16, 64]
    private let trainedSizes = [2, 4, 16, 64]

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.smallBatches.rawValue)
        try one(&report)
        try statistics(&report)
        try train(&report)
        return report
    }

    /// One row is its own mean and is refused; of two, one becomes 1 and one -1.
    private func one(_ report: inout LectureReport) throws {
        let layer = BatchNorm(3, epsilon: 1e-9)
        func trained(_ x: Tensor) throws -> [Double] {
            try StepScope.training(key: RandomKey(seed: 1)) { try layer(x).doubles }.result
        }
        let x = Tensor.normal([1, 3], deviation: 10, key: RandomKey(seed: 1))
        report.check("a batch of one is refused", (try? trained(x)) == nil ? 1 : 0, 1, within: 0)
        let alone = x - x.mean(axes: [0], keepsAxes: true)
        report.check("a batch of one less its mean", try alone.doubles, [0, 0, 0], within: 0)
        let pair = try trained(.floats([[5, -3, 0.1], [7, 90, 0]]))
        report.check("a batch of two", pair, [-1, -1, 1, 1, 1, -1], within: 1e-3)
    }

    /// The mean of a batch scatters by σ / √size.
    private func statistics(_ report: inout LectureReport) throws {
        var (spreads, rows): ([Double], [LessonTable.Row]) = ([], [])
        for size in sizes {
            let x = Tensor.normal([2000, size], key: RandomKey(seed: 2, stream: size))
            let means = x.mean(axes: [1])
            let spread = try means.square().mean().sqrt().item(Double.self)
            let wanted = 1 / Double(size).squareRoot()
            report.check("mean of \(size): deviation", spread, wanted, within: wanted * 0.1)
            let variance = try (x - x.mean(axes: [1], keepsAxes: true)).square().mean().item(
                Double.self)
            report.check(
                "variance of \(size): mean", variance, 1 - 1 / Double(size), within: 0.05)
            spreads.append(spread)
            rows.append(LessonTable.Row(String(size), [spread, variance]))
        }
        report.show(
            LessonTable(
                "statistics",
                context.say("Statistics of batches from N(0, 1)", "N(0, 1)에서 뽑은 배치의 통계량"),
                columns: [
                    context.say("batch", "배치"), context.say("deviation of the mean", "평균의 표준편차"),
                    context.say("mean of the variance", "분산의 평균"),
                ], rows: rows))
    }

    private func train(_ report: inout LectureReport) throws {
        var (normed, plain): ([Double], [Double]) = ([], [])
        for (index, size) in trainedSizes.enumerated() {
            context.progress(index, of: trainedSizes.count)
            var runs = try DigitRuns(images: 1000)
            (runs.batch, runs.steps) = (size, examples / size)
            let optimizer = SGD(learningRate: 0.01)
            for batchNorm in [true, false] {
                let network = LectureNetwork(
                    sizes: [784, 50, 50, 10], deviation: .he, batchNorm: batchNorm, seed: 1)
                let course = try runs.run(network, optimizer: optimizer)
                if batchNorm {
                    normed.append(course.test.last ?? .nan)
                } else {
                    plain.append(course.test.last ?? .nan)
                }
            }
        }
        report.check("no norm, batches of 2: test accuracy", plain[0], in: 0.6...1)
        report.check("batch norm, batches of 16: test accuracy", normed[2], in: 0.6...1)
        report.check("batch norm, 16 less 2", normed[2] - normed[0], atLeast: 0.02)
        report.check("no norm less batch norm, batches of 2", plain[0] - normed[0], atLeast: 0.02)
        report.figure(
            "accuracy",
            Figure(
                title: context.say("Test accuracy after 6400 digits", "숫자 6400장을 학습한 뒤의 테스트 정확도"),
                x: Axis(context.say("batch size", "배치 크기"), scale: .log),
                y: Axis(context.say("accuracy", "정확도"), low: 0, high: 1),
                marks: [
                    .line(
                        Series(
                            context.say("batch norm", "배치 정규화"), x: trainedSizes.map(Double.init),
                            y: normed,
                            hasMarkers: true)),
                    .line(
                        Series(
                            context.say("no norm", "정규화 없음"), x: trainedSizes.map(Double.init),
                            y: plain,
                            hasMarkers: true)),
                ]))
    }
}

extension LessonPlan {
    static let smallBatches = LessonPlan(
        rows: [21],
        slides: [
            LessonSlide("000", "4. 배치 정규화(Batch Normalization) · 3) 배치 정규화의 한계"),
            LessonSlide("003", "1.9 다양한 정규화 기법들"), LessonSlide("004", "테스트시의 배치 정규화"),
        ],
        knobs: [.whole("examples", 6400, 640...64_000, "digits that are seen", "학습할 숫자 수")],
        // The deviation of the mean of 25 numbers from N(0, 1).
        exercise: .numbers(1, within: 1e-6) { [0.2] },
        program: { try SmallBatchNorm(examples: $0.whole("examples"), context: $0).report() })
}
