import KalsaeFiles
import KalsaeOptimizers
import KalsaePlots

/// The first 300 images with seven weight layers, ReLU, He, SGD at .01, batch 100: three updates
/// are an "epoch", measured after its first update.
struct SmallSetRuns {
    var seeds = 3
    /// The epochs, counted from 0, after which accuracies are measured.
    let epochs: [Int]
    var rate = 0.01
    /// The hidden layers, of 100 units each.
    var hidden = 6

    /// Accuracies on the 300 images and on the whole test set, means over seeds.
    struct Accuracies {
        var train: [Double]
        var test: [Double]
    }

    func run(
        _ images: LectureImages, decay: Double = 0, dropout: Double? = nil
    ) throws -> Accuracies {
        var sums = Accuracies(
            train: [Double](repeating: 0, count: epochs.count),
            test: [Double](repeating: 0, count: epochs.count))
        let share = 1 / Double(max(seeds, 1))
        for seed in 1...max(seeds, 1) {
            let network = LectureNetwork(hidden: hidden, dropout: dropout, seed: seed)
            let plain = SGD(learningRate: rate)
            let optimizer: any Optimizer = decay > 0 ? LectureDecay(plain, lambda: decay) : plain
            let run = try LectureRun(
                network, on: images.train, optimizer: optimizer, batch: 100, seed: seed)
            for step in 0...((epochs.last ?? 0) * 3) {
                try run.advance()
                guard step % 3 == 0, let index = epochs.firstIndex(of: step / 3) else { continue }
                sums.train[index] += try share * run.accuracy(on: images.train)
                sums.test[index] += try share * run.accuracy(on: images.test)
            }
        }
        return sums
    }

    /// The measurements as a table.
    func table(_ accuracies: Accuracies) -> JSONValue {
        [
            "epochs": .array(epochs.map { .integer($0) }),
            "train": .array(accuracies.train.map { .number($0) }),
            "test": .array(accuracies.test.map { .number($0) }),
        ]
    }

    /// An epoch with the bands of the accuracies on training and test images after it.
    typealias Band = (epoch: Int, train: ClosedRange<Double>, test: ClosedRange<Double>)

    /// What comes out without regularization.
    static let plainBands: [Band] = [
        (50, 0.83...0.93, 0.62...0.69), (100, 0.97...1, 0.70...0.765),
        (200, 0.995...1, 0.73...0.78),
    ]

    /// Adds the accuracies of the epochs that were measured, with their bands.
    func check(
        _ accuracies: Accuracies, _ name: String, _ bands: [Band], into report: inout LectureReport
    ) {
        for (epoch, train, test) in bands {
            guard let index = epochs.firstIndex(of: epoch) else { continue }
            report.check("\(name), epoch \(epoch): train", accuracies.train[index], in: train)
            report.check("\(name), epoch \(epoch): test", accuracies.test[index], in: test)
        }
    }

    /// Draws accuracies on training and test images of some ways to train, and shows how they end.
    func show(
        _ lanes: [(name: String, accuracies: Accuracies)], _ title: String,
        _ context: LessonContext,
        into report: inout LectureReport
    ) {
        let x = epochs.map(Double.init)
        let marks = lanes.flatMap { name, accuracies -> [Mark] in
            let lead = name.isEmpty ? "" : name + ", "
            return [
                .line(
                    Series(
                        lead + context.say("train", "학습"), x: x, y: accuracies.train,
                        hasMarkers: true)),
                .line(
                    Series(
                        lead + context.say("test", "테스트"), x: x, y: accuracies.test,
                        hasMarkers: true
                    )),
            ]
        }
        report.figure(
            "accuracies",
            Figure(
                title: title, x: Axis(context.say("epoch", "에포크")),
                y: Axis(context.say("accuracy", "정확도"), low: 0, high: 1), marks: marks))
        report.show(
            LessonTable(
                "gaps", context.say("Accuracy at the end", "마지막 정확도"),
                columns: [
                    "", context.say("train", "학습"), context.say("test", "테스트"),
                    context.say("gap", "차이"),
                ],
                rows: lanes.map { name, accuracies in
                    let (train, test) = (
                        accuracies.train.last ?? .nan, accuracies.test.last ?? .nan
                    )
                    return LessonTable.Row(
                        name.isEmpty ? context.say("300 images", "300장") : name,
                        [train, test, train - test])
                }))
    }

    /// When the lectures' 201 epochs are measured.
    static let epochs = [0, 10, 20, 50, 75, 100, 125, 150, 175, 200]

    /// The labels of the first 300 images, as a check that they are the right ones.
    static let labels: [Double] = [34, 39, 28, 34, 32, 23, 29, 29, 21, 31]
}
