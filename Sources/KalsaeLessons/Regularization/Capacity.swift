import KalsaeLayers
import KalsaePlots

/// Networks of 2 to 256 hidden units on 200 digits: parameters, and the gap between training and test.
struct Capacity {
    var images = 200
    var steps = 300
    let context: LessonContext

    private let units = [2, 8, 32, 128, 256]

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.capacity.rawValue)
        var runs = try DigitRuns(images: images)
        runs.steps = steps
        var (rows, train, test): ([LessonTable.Row], [Double], [Double]) = ([], [], [])
        for (index, units) in units.enumerated() {
            context.progress(index, of: self.units.count)
            let network = LectureNetwork(sizes: [784, units, 10], deviation: .he, seed: 1)
            // (784 + 1) h + (h + 1) 10.
            let count = 795 * units + 10
            report.check(
                "\(units) units: parameters", Double(network.parameterCount), Double(count),
                within: 0)
            let course = try runs.run(network)
            train.append(course.train.last ?? .nan)
            test.append(course.test.last ?? .nan)
            rows.append(
                LessonTable.Row(
                    String(units),
                    [Double(count), train[index], test[index], train[index] - test[index]]))
        }
        report.check("2 units: train accuracy", train[0], in: 0...0.8)
        report.check("128 units: train accuracy", train[3], in: 0.97...1)
        report.check("128 units: train less test", train[3] - test[3], atLeast: 0.02)
        report.check("test accuracy that 128 units gain over 2", test[3] - test[0], atLeast: 0.2)
        report.show(
            LessonTable(
                "capacity", context.say("Parameters and accuracy", "매개변수 수와 정확도"),
                columns: [
                    context.say("units", "뉴런"), context.say("parameters", "매개변수"),
                    context.say("train", "학습"), context.say("test", "테스트"),
                    context.say("gap", "차이"),
                ], rows: rows))
        let x = units.map(Double.init)
        report.figure(
            "capacity",
            Figure(
                title: context.say("Capacity on 200 digits", "숫자 200장에서 모델의 수용력"),
                x: Axis(context.say("hidden units", "은닉 뉴런 수"), scale: .log),
                y: Axis(context.say("accuracy", "정확도"), low: 0, high: 1),
                marks: [
                    .line(Series(context.say("train", "학습"), x: x, y: train, hasMarkers: true)),
                    .line(Series(context.say("test", "테스트"), x: x, y: test, hasMarkers: true)),
                ]))
        return report
    }
}

extension LessonPlan {
    static let capacity = LessonPlan(
        rows: [14, 12],
        slides: [
            LessonSlide("000", "2. 모델의 복잡도 줄이기"), LessonSlide("003", "1.8 과소적합과 과대적합"),
        ],
        knobs: [
            .whole("images", 200, 50...10_000, "digits to learn from", "학습에 쓸 숫자 이미지 수"),
            .whole("steps", 300, 50...5000, "updates", "갱신 횟수"),
        ],
        // The parameters of 256 inputs - 256 - 128 - 10.
        exercise: .numbers(1, within: 0) {
            let network = LectureNetwork(sizes: [256, 256, 128, 10], deviation: .he, seed: 1)
            return [Double(network.parameterCount)]
        },
        program: {
            try Capacity(images: $0.whole("images"), steps: $0.whole("steps"), context: $0).report()
        })
}
