import KalsaeData
import KalsaeLayers
import KalsaePlots

extension TwoLayer {
    /// The curves beside those that the notebook stored.
    func draw(
        _ name: String, _ got: (train: [Double], test: [Double]),
        _ printed: (train: [Double], test: [Double]), into report: inout LectureReport
    ) {
        func series(_ name: String, _ values: [Double], from start: Int) -> Mark {
            let shown = values.indices.dropFirst(start)
            return .line(
                Series(
                    name, x: shown.map { Double($0 * 600) }, y: shown.map { values[$0] },
                    hasMarkers: true))
        }
        report.figure(
            name,
            Figure(
                title: context.say("784-50-10 with ", "784-50-10: ") + name,
                x: Axis(context.say("update", "갱신 횟수")), y: Axis(context.say("accuracy", "정확도")),
                marks: [
                    series(context.say("train", "학습"), got.train, from: 1),
                    series(context.say("test", "테스트"), got.test, from: 1),
                    series(
                        context.say("test, lectures", "테스트(강의)"),
                        Array(printed.test.prefix(measurements)), from: 1),
                ]))
        report.show(
            LessonTable(
                "\(name)-accuracies", context.say("Accuracy with ", "정확도: ") + name,
                columns: [
                    context.say("update", "갱신"), context.say("train", "학습"),
                    context.say("lectures", "강의"), context.say("test", "테스트"),
                    context.say("lectures", "강의"),
                ],
                rows: got.train.indices.filter { $0 % 4 == 0 || $0 == got.train.count - 1 }.map {
                    LessonTable.Row(
                        String($0 * 600 + 1),
                        [got.train[$0], printed.train[$0], got.test[$0], printed.test[$0]])
                }))
    }
}

extension LessonPlan {
    static let twolayer = LessonPlan(
        rows: [2, 7, 6],
        slides: [
            LessonSlide("001", "3. 신경망 학습 · 학습 알고리즘 구현"),
            LessonSlide("001", "4. 오차역전파 · 오차 역전파를 이용한 학습 알고리즘 구현"),
        ],
        data: NamedSet.mnist.rawValue,
        knobs: [
            .whole("hidden", 50, 1...1000, "units of the hidden layer", "은닉층의 뉴런 수"),
            LessonKnob("rate", 0.1, 1e-4...2, "learning rate", "학습률"), .seeds,
        ],
        // The parameters of 784-50-10.
        exercise: .numbers(1, within: 0) {
            let network = LectureNetwork(sizes: [784, 50, 10], deviation: .fixed(0.01), seed: 1)
            return [Double(network.parameterCount)]
        },
        program: { context in
            try TwoLayer(
                seeds: context.isShort ? 1 : context.whole("seeds"),
                measurements: context.isShort ? 2 : 17, hidden: context.whole("hidden"),
                rate: context("rate"), context: context
            ).report()
        })
}
