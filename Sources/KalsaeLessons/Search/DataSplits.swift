import KalsaeData
import KalsaeGraph
import KalsaePlots
import KalsaeTensor

/// Why the test set is not for choosing: the best of many networks that know nothing looks good on
/// the rows that chose it, and guesses on others.
struct DataSplits {
    var networks = 100
    var rows = 100
    var seed = 1
    let context: LessonContext

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.splits.rawValue)
        try parts(&report)
        try choose(&report)
        return report
    }

    /// Iris in three parts: no row in two of them, classes by the same shares.
    private func parts(_ report: inout LectureReport) throws {
        let classes = (0..<150).map { Int32($0 / 50) }
        let split = try Split(count: 150, classes: classes, seed: UInt64(seed))
        let all = split.train + split.validation + split.test
        report.check("rows in some part", Double(Set(all).count), 150, within: 0)
        report.check("rows in two parts", Double(all.count - Set(all).count), 0, within: 0)
        let parts = [
            (context.say("train", "학습"), split.train),
            (context.say("validation", "검증"), split.validation),
            (context.say("test", "테스트"), split.test),
        ]
        let counts = parts.map { part in
            (0..<3).map { kind in Double(part.1.count { Int(classes[$0]) == kind }) }
        }
        for (part, counts) in zip(["train", "validation", "test"], counts) {
            let spread = (counts.max() ?? 0) - (counts.min() ?? 0)
            report.check("\(part): classes differ by rows", spread, in: 0...2)
        }
        report.show(
            LessonTable(
                "parts", context.say("150 flowers in three parts", "붓꽃 150개를 세 부분으로"),
                columns: [
                    "", context.say("rows", "행"), "setosa", "versicolor", "virginica",
                ],
                rows: zip(parts, counts).map { part, counts in
                    LessonTable.Row(part.0, [Double(part.1.count)] + counts)
                }))
    }

    /// Labels that nobody can know, networks that nobody trained.
    private func choose(_ report: inout LectureReport) throws {
        func draw(_ shape: Shape, _ stream: Int) -> Tensor {
            .normal(shape, key: RandomKey(seed: seed, stream: stream))
        }
        func accuracies(rows: Int, stream: Int) throws -> [Double] {
            let x = draw([rows, 10], stream)
            let labels = draw([rows, 1], stream + 1) .> 0
            let answers = x.matmul(draw([10, networks], 7)) .> 0
            return try (answers .== labels).cast(to: .float64).mean(axes: [0]).doubles
        }
        let chosen = try accuracies(rows: rows, stream: 11)
        let fresh = try accuracies(rows: 2000, stream: 21)
        let best = chosen.indices.max { chosen[$0] < chosen[$1] } ?? 0
        // The greatest of 100 shares of 100 fair coins lies about 2.5 deviations of .05 above .5.
        report.check("the best where it was chosen", chosen[best], in: 0.58...0.72)
        report.check("the best on fresh rows", fresh[best], 0.5, within: 0.06)
        report.check("what choosing made of nothing", chosen[best] - fresh[best], atLeast: 0.05)
        report.figure(
            "chosen",
            Figure(
                title: context.say(
                    "\(networks) networks that know nothing", "아무것도 배우지 않은 신경망 \(networks)개"),
                x: Axis(context.say("accuracy on the rows that choose", "고르는 데 쓴 데이터의 정확도")),
                y: Axis(context.say("accuracy on fresh rows", "새 데이터의 정확도"), low: 0.3, high: 0.7),
                marks: [
                    .scatter(Scatter("", x: chosen, y: fresh)),
                    .scatter(
                        Scatter(
                            context.say("the chosen one", "고른 모델"), x: [chosen[best]],
                            y: [fresh[best]],
                            sizes: [6])),
                ]))
    }
}

extension LessonPlan {
    static let splits = LessonPlan(
        rows: [27],
        slides: [LessonSlide("002", "검증 데이터"), LessonSlide("002", "적절한 하이퍼파라미터 값 찾기")],
        knobs: [
            .whole("networks", 100, 2...2000, "networks to choose from", "고를 신경망의 수"),
            .whole("rows", 100, 10...5000, "rows that choose", "고르는 데 쓰는 행의 수"), .seed,
        ],
        // 1000 rows, 15 % for validation, 15 % for test: rows to train on.
        exercise: .numbers(1, within: 0) {
            [Double(try Split(count: 1000, seed: 1).train.count)]
        },
        program: {
            try DataSplits(
                networks: $0.whole("networks"), rows: $0.whole("rows"), seed: $0.whole("seed"),
                context: $0
            ).report()
        })
}
