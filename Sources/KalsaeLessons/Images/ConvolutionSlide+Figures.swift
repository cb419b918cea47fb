import KalsaeGraph
import KalsaePlots
import KalsaeTensor

extension ConvolutionSlide {
    private func matrix(_ title: String, _ tensor: Tensor) throws -> Panel {
        let (rows, columns) = (tensor.shape[0], tensor.shape[1])
        return Panel(
            title: "\(title) \(rows)×\(columns)",
            marks: [
                .heatMap(
                    HeatMap(
                        rows: rows, columns: columns, values: try tensor.doubles, showsValues: true)
                )
            ])
    }

    /// The input, the kernel and what comes out with padding, without it, and with the reader's own
    /// stride and padding; then one cell step by step.
    func show(into report: inout LectureReport) throws {
        let input = Tensor.doubles(Self.corrected, [6, 6])
        let kernel = Tensor.doubles(Self.lectureKernel, [3, 3])
        let same = convolved(input, kernel, padding: 1)
        let valid = convolved(input, kernel)
        let own = convolved(input, kernel, padding: padding, stride: stride)
        for (name, title, tensor) in [
            ("input", context.say("Input, corrected", "입력(오자를 고친 것)"), input),
            ("kernel", context.say("Kernel", "커널"), kernel), ("same", "same", same),
            ("valid", "valid", valid),
        ] {
            report.show(.matrix(name, title, try tensor.doubles, columns: tensor.shape[1]))
        }
        report.figure(
            "convolution",
            Figure(
                title: context.say("6×6 under a 3×3 kernel", "6×6 입력과 3×3 커널"),
                panels: [
                    try matrix(context.say("input", "입력"), input),
                    try matrix(context.say("kernel", "커널"), kernel), try matrix("same", same),
                    try matrix("valid", valid),
                    try matrix(
                        context.say(
                            "stride \(stride), pad \(padding)", "보폭 \(stride), 패딩 \(padding)"),
                        own),
                ], columns: 3, legend: .none), width: 960, height: 640, isForTerminals: false)
        // The cell of row 1, column 2: nine products and their sum.
        let cells = (0..<9).map { index -> Double in
            Self.corrected[index / 3 * 6 + index % 3 + 1] * Self.lectureKernel[index]
        }
        report.show(
            .matrix(
                "products", context.say("Nine products of valid(0, 1)", "valid(0, 1)을 만드는 곱 아홉 개"),
                cells, columns: 3))
        report.check("the nine products of valid(0,1)", cells.reduce(0, +), 5, within: 0)
    }

    /// Each gradient is the sum over all outputs that a number takes part in.
    func gradients(into report: inout LectureReport) throws {
        let input = Tensor.doubles(Self.corrected, [6, 6])
        let kernel = Tensor.doubles(Self.lectureKernel, [3, 3])
        let (_, slopes) = valueAndGradient(at: input, kernel) { input, kernel in
            convolved(input, kernel).sum()
        }
        // A pixel in the middle is under all nine weights; the corner only under the first.
        let pixels = try slopes.0.doubles
        report.check("gradient of the middle pixel", pixels[2 * 6 + 2], 3, within: 1e-12)
        report.check("gradient of the first pixel", pixels[0], 2, within: 1e-12)
        // A weight sees the 4x4 pixels that lie under it.
        let under = (0..<16).map { (index: Int) -> Double in
            Self.corrected[index / 4 * 6 + index % 4]
        }
        let first = under.reduce(0, +)
        report.check("gradient of the first weight", try slopes.1.doubles[0], first, within: 1e-12)
    }
}

extension LessonPlan {
    static let convolution = LessonPlan(
        rows: [23],
        slides: [
            LessonSlide("003", "1.2 '합성곱 계층'과 '풀링 계층'이란 어떠한 것이죠?"),
            LessonSlide("003", "1.4 채널의 도입과 커널의 확장"),
            LessonSlide("003", "1.5 합성곱과 풀링의 역전파 처리"),
        ],
        knobs: [
            .whole("stride", 1, 1...6, "stride of the own convolution", "내 합성곱의 보폭"),
            .whole("padding", 1, 0...5, "padding of the own convolution", "내 합성곱의 패딩"),
        ],
        // Height and width of 32x32 under 5x5 with padding 2 and stride 3.
        exercise: .numbers(2, within: 0) {
            let slide = ConvolutionSlide(context: LessonContext())
            let shape = slide.convolved(.zeros([32, 32]), .zeros([5, 5]), padding: 2, stride: 3)
                .shape
            return shape.map { Double($0) }
        },
        program: {
            try ConvolutionSlide(
                stride: $0.whole("stride"), padding: $0.whole("padding"), context: $0
            ).report()
        })
}
