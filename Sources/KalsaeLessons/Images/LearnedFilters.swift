import KalsaeGraph
import KalsaeLayers
import KalsaePlots
import KalsaeTensor

/// Filters and feature maps of a small convolutional network before and after it learns drawn digits.
struct LearnedFilters {
    var filters = 8
    var steps = 300
    var seed = 1
    let context: LessonContext

    private struct Network: Layer {
        var conv: Conv2D
        var dense: Dense
        static let parts = Parts(\Self.conv, \.dense)

        init(filters: Int, seed: Int) {
            (conv, dense) = withSeed(seed) {
                (
                    Conv2D(1, filters, kernel: Pair(5, 5), activation: .relu),
                    Dense(12 * 12 * filters, 10)
                )
            }
        }

        func maps(_ x: Tensor) -> Tensor { conv(x) }

        func callAsFunction(_ x: Tensor) -> Tensor {
            let maps = maps(x).maxPooled(window: Pair(2, 2))
            return dense(maps.reshaped(to: [maps.shape[0], -1]))
        }
    }

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.filters.rawValue)
        var runs = try DigitRuns(images: 1000, isFlat: false)
        (runs.steps, runs.rate) = (steps, 0.003)
        let before = Network(filters: filters, seed: seed)
        report.check(
            "parameters", Double(before.parameterCount),
            Double(26 * filters + 1440 * filters + 10), within: 0)
        let course = try runs.run(before, seed: seed)
        let after = course.model
        report.check("test accuracy", course.test.last ?? .nan, in: 0.9...1)
        let change = try (after.conv.weight - before.conv.weight).abs().mean().item(Double.self)
        report.check("mean change of a filter's weight", change, atLeast: 0.01)
        let digits = runs.test.features[..<1].cast(to: .float32) / 255
        let maps = after.maps(digits)
        report.check(
            "feature maps", maps.shape.map { Double($0) }, [1, 24, 24, Double(filters)], within: 0)
        report.check("least number of a map", try maps.min().item(Double.self), 0, within: 0)
        report.figure(
            "filters",
            Figure(
                title: context.say(
                    "Filters before (above) and after learning", "학습 전(위)과 학습 후의 필터"),
                marks: [
                    .images(
                        ImageGrid(
                            width: 5, height: 5,
                            images: try images(before.conv.weight, 5)
                                + images(after.conv.weight, 5),
                            columns: filters))
                ]), width: 860, height: 280, isForTerminals: false)
        report.figure(
            "maps",
            Figure(
                title: context.say("A digit and its feature maps", "숫자 하나와 그 특징맵"),
                panels: [
                    Panel(marks: [
                        .images(
                            ImageGrid(
                                width: 28, height: 28,
                                images: [ImageGrid.bytes(try digits.doubles)]))
                    ]),
                    Panel(marks: [
                        .images(
                            ImageGrid(
                                width: 24, height: 24, images: try images(maps, 24), columns: 4))
                    ]),
                ], columns: 2), width: 860, height: 400, isForTerminals: false)
        report.figure(
            "accuracy",
            Figure(
                title: context.say("While the filters learn", "필터가 학습되는 동안"),
                x: Axis(context.say("step", "갱신 횟수")), y: Axis(context.say("accuracy", "정확도")),
                marks: [
                    .line(Series(context.say("train", "학습"), x: course.steps, y: course.train)),
                    .line(Series(context.say("test", "테스트"), x: course.steps, y: course.test)),
                ]))
        return report
    }

    /// The last axis as images, each with its own range.
    private func images(_ tensor: Tensor, _ side: Int) throws -> [[UInt8]] {
        let values = try tensor.doubles
        return (0..<filters).map { filter in
            ImageGrid.bytes((0..<(side * side)).map { values[$0 * filters + filter] })
        }
    }
}

extension LessonPlan {
    static let filters = LessonPlan(
        rows: [25, 23],
        slides: [
            LessonSlide("003", "1.4 채널의 도입과 커널의 확장"), LessonSlide("003", "1.6 합성곱 신경망의 일반적인 구성"),
        ],
        knobs: [
            .whole("filters", 8, 1...16, "filters", "필터 수"),
            .whole("steps", 300, 50...5000, "updates", "갱신 횟수"), .seed,
        ],
        // The parameters of 6 filters 5x5 on one channel, and the side of their maps of 32x32.
        exercise: .numbers(2, within: 0) { [156, 28] },
        program: {
            try LearnedFilters(
                filters: $0.whole("filters"), steps: $0.whole("steps"), seed: $0.whole("seed"),
                context: $0
            ).report()
        })
}
