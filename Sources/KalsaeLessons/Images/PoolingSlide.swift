import KalsaeGraph
import KalsaePlots
import KalsaeTensor

/// Pooling of the 6x6 slide with its gradients: all of it to one maximum, or a share to each.
struct PoolingSlide {
    var window = 2
    let context: LessonContext

    private let input = Tensor.doubles(ConvolutionSlide.corrected, [6, 6])

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.pooling.rawValue)
        let two = Pair(2, 2)
        let largest = pooled(input) { $0.maxPooled(window: two) }
        let average = pooled(input) { $0.averagePooled(window: two) }
        report.check("max-pool", try largest.doubles, [3, 4, 2, 4, 4, 3, 4, 3, 3], within: 0)
        report.check(
            "average", try average.doubles,
            [1.75, 2.25, 1.5, 2, 2.75, 1.75, 2.75, 2.5, 1.75], within: 1e-12)
        try gradients(&report)
        try windows(&report)
        try channels(&report)
        report.show(
            .matrix(
                "max", context.say("Max-pool 2×2", "2×2 최대치 풀링"), try largest.doubles, columns: 3))
        report.show(
            .matrix(
                "average", context.say("Average pool 2×2", "2×2 평균치 풀링"), try average.doubles,
                columns: 3))
        return report
    }

    private func pooled(_ image: Tensor, _ pool: (Tensor) -> Tensor) -> Tensor {
        let result = pool(image.reshaped(to: [1, image.shape[0], image.shape[1], 1]))
        guard result.fault == nil else { return result }
        return result.reshaped(to: [result.shape[1], result.shape[2]])
    }

    /// Every output's gradient is 1: it goes to one maximum, a quarter of it to each of four.
    private func gradients(_ report: inout LectureReport) throws {
        let pair = Pair(window, window)
        let largest = gradient(at: input) { image in
            pooled(image) { $0.maxPooled(window: pair) }.sum()
        }
        let average = gradient(at: input) { image in
            pooled(image) { $0.averagePooled(window: pair) }.sum()
        }
        let (picks, shares) = (try largest.doubles, try average.doubles)
        report.check(
            "max-pool: pixels with a gradient", Double(picks.count { $0 != 0 }), 9, within: 0)
        report.check("max-pool: sum of the gradient", picks.reduce(0, +), 9, within: 0)
        // The window of rows 4 and 5, columns 0 and 1 holds 1 2 / 4 4: a tie, and one of them gets it.
        report.check(
            "max-pool, a tie: pixels of 4 4 with a gradient",
            Double([picks[30], picks[31]].count { $0 != 0 }), 1, within: 0)
        report.check(
            "average: gradient of every pixel", shares, [Double](repeating: 0.25, count: 36),
            within: 1e-12)
        /// Panels of one quantity have one scale of colors.
        func panel(
            _ title: String, _ tensor: Tensor, _ range: ClosedRange<Double>
        ) throws -> Panel {
            Panel(
                title: title,
                marks: [
                    .heatMap(
                        HeatMap(
                            rows: tensor.shape[0], columns: tensor.shape[1],
                            values: try tensor.doubles, colorRange: range, showsValues: true))
                ])
        }
        report.figure(
            "gradients",
            Figure(
                title: context.say("Where the gradient of a pool goes", "풀링의 기울기가 가는 곳"),
                panels: [
                    try panel(context.say("input", "입력"), input, 0...4),
                    try panel(
                        context.say("max-pool", "최대치 풀링"),
                        pooled(input) { $0.maxPooled(window: pair) }, 0...4),
                    try panel(context.say("gradient of max-pool", "최대치 풀링의 기울기"), largest, 0...1),
                    try panel(
                        context.say("gradient of average pool", "평균치 풀링의 기울기"), average, 0...1),
                ], columns: 2, legend: .none), width: 760, height: 720, isForTerminals: false)
        report.show(
            .matrix(
                "max-gradient", context.say("Gradient of max-pool", "최대치 풀링의 기울기"), picks,
                columns: 6))
    }

    /// The three windows of the slide: kernel 4x3 by 2x2, 4x4 by 4x4, 2x3 by 2x2 ... on 6x6.
    private func windows(_ report: inout LectureReport) throws {
        let cases: [(Pair, Pair, [Double])] = [
            (Pair(4, 3), Pair(2, 2), [2, 2]), (Pair(4, 4), Pair(4, 4), [1, 1]),
            (Pair(2, 3), Pair(2, 2), [3, 2]),
        ]
        for (index, (window, strides, expected)) in cases.enumerated() {
            let shape = pooled(input) { $0.maxPooled(window: window, strides: strides) }.shape
            report.check(
                "slide's window \("ABC".dropFirst(index).prefix(1)): output size",
                shape.map { Double($0) }, expected, within: 0)
        }
    }

    /// Pooling makes images smaller and keeps their channels.
    private func channels(_ report: inout LectureReport) throws {
        let images = Tensor.zeros([2, 6, 6, 5]).maxPooled(window: Pair(2, 2))
        report.check(
            "2 images of 6x6 with 5 channels", images.shape.map { Double($0) }, [2, 3, 3, 5],
            within: 0)
    }
}

extension LessonPlan {
    static let pooling = LessonPlan(
        rows: [24],
        slides: [
            LessonSlide("003", "1.2 '합성곱 계층'과 '풀링 계층'이란 어떠한 것이죠?"),
            LessonSlide("003", "1.5 합성곱과 풀링의 역전파 처리 · #풀링의 역전파?!"),
        ],
        knobs: [.whole("window", 2, 1...6, "side of the window of the figure", "그림의 창 크기")],
        // A 3x3 average pool gets a gradient of 18: what each pixel gets; and max-pool's greatest one.
        exercise: .numbers(2, within: 1e-6) { [2, 18] },
        program: { try PoolingSlide(window: $0.whole("window"), context: $0).report() })
}
