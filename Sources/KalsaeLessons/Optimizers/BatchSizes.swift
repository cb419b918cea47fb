import KalsaeData
import KalsaeOptimizers
import KalsaePlots
import KalsaeSupport

/// Gradient descent on all rows, on one, and on 32 a step: what an epoch costs and brings.
struct BatchSizes {
    var rate = 0.1
    var epochs = 20
    var batch = 32
    let context: LessonContext

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.batches.rawValue)
        let iris = try Dataset(try Iris.load(seed: 0).train)
        let ways = [
            (context.say("batch", "배치"), iris.count), (context.say("stochastic", "확률적"), 1),
            (context.say("mini-batch", "미니 배치"), batch),
        ]
        var (marks, rows): ([Mark], [LessonTable.Row]) = ([], [])
        var finals: [Double] = []
        for (name, size) in ways {
            let iterations = (iris.count + size - 1) / size
            let losses = try losses(iris, batch: size, iterations: iterations)
            let epochs = losses.indices.map { Double($0 + 1) }
            marks.append(.line(Series("\(name) (\(size))", x: epochs, y: losses)))
            finals.append(losses.last ?? .nan)
            rows.append(
                LessonTable.Row(
                    name,
                    [size, iterations, iterations * self.epochs].map { Double($0) }
                        + [losses.last ?? .nan]))
            report.table("loss_\(size)", losses)
        }
        let count = Double(iris.count)
        report.check("rows to learn from", count, 104, within: 0)
        report.check("iterations an epoch, batch 32", rows[2].values[1], 4, within: 0)
        report.check("stochastic: loss less that of batch", finals[0] - finals[1], atLeast: 0.1)
        report.check("mini-batch: loss less that of batch", finals[0] - finals[2], atLeast: 0.02)
        try coverage(&report)
        report.show(
            LessonTable(
                "iterations", context.say("Epoch, batch size, iterations", "에포크, 배치 크기, 이터레이션"),
                columns: [
                    "", context.say("batch size", "배치 크기"),
                    context.say("iterations an epoch", "에포크당 이터레이션"),
                    context.say("updates", "갱신 횟수"), context.say("last loss", "마지막 손실"),
                ], rows: rows))
        report.figure(
            "losses",
            Figure(
                title: context.say("The same epochs, different batches", "같은 에포크, 다른 배치 크기"),
                x: Axis(context.say("epoch", "에포크")), y: Axis(context.say("loss", "손실"), low: 0),
                marks: marks))
        return report
    }

    /// The mean loss of each epoch.
    private func losses(_ iris: Dataset, batch: Int, iterations: Int) throws -> [Double] {
        let network = LectureNetwork(
            sizes: [4, 8, 3], deviation: .xavier, activation: .tanh, seed: 1)
        let run = try LectureRun(
            network, on: iris, optimizer: SGD(learningRate: rate), batch: batch, seed: 1)
        return try (0..<epochs).map { _ in
            var sum = 0.0
            for _ in 0..<iterations { sum += try run.advance() }
            return sum / Double(iterations)
        }
    }

    /// Drawn with replacement an epoch misses rows: (1 - 1/n)^n of them, about 1/e.
    private func coverage(_ report: inout LectureReport) throws {
        let count = 10_000
        var random = Philox(seed: 1, stream: 1)
        var seen = [Bool](repeating: false, count: count)
        for _ in 0..<count { seen[random.next(below: count)] = true }
        let share = Double(seen.count { $0 }) / Double(count)
        // 1 - 1/e with five standard deviations of a share of 10,000.
        report.check("drawn with replacement: share seen in an epoch", share, 0.632, within: 0.025)
        var rows = (0..<Int32(count)).map { $0 }
        random.shuffle(&rows)
        report.check(
            "shuffled: share seen in an epoch", Double(Set(rows).count) / Double(count), 1,
            within: 0)
    }
}

extension LessonPlan {
    static let batches = LessonPlan(
        rows: [7],
        slides: [
            LessonSlide("000", "3. 옵티마이저 - 배치 경사 하강법"),
            LessonSlide("000", "3. 옵티마이저 - 미니 배치 경사 하강법"),
            LessonSlide("000", "4. 에포크, 배치크기 그리고 이터레이션"),
            LessonSlide("001", "3. 신경망 학습 · 미니배치 학습"),
        ],
        knobs: [
            LessonKnob("rate", 0.1, 1e-4...2, "learning rate", "학습률"),
            .whole("epochs", 20, 1...200, "epochs", "에포크 수"),
            .whole("batch", 32, 2...100, "size of the mini-batch", "미니 배치의 크기"),
        ],
        // 60,000 rows in batches of 128, 10 epochs: iterations.
        exercise: .numbers(1, within: 0) { [Double((60_000 + 127) / 128 * 10)] },
        program: { context in
            try BatchSizes(
                rate: context("rate"), epochs: context.whole("epochs"),
                batch: context.whole("batch"), context: context
            ).report()
        })
}
