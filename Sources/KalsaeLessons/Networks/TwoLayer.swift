import KalsaeFiles
import KalsaeLayers
import KalsaeOptimizers

/// 784-50-10 on MNIST with sigmoid (chapter 4) and with ReLU (chapter 5): weights of .01, SGD at
/// .1, batch 100, 10,000 updates, measured after updates 1, 601, 1201, …
///
/// Source: 'Deep Learning from Scratch', its notebooks.
struct TwoLayer {
    var seeds = 3
    var measurements = 17
    var hidden = 50
    var rate = 0.1
    let context: LessonContext

    func report() throws -> LectureReport {
        var report = LectureReport("twolayer")
        let images = try LectureImages.load()
        let versions: [(Activation, [Double], [Double], ClosedRange<Double>)] = [
            (.sigmoid, Self.sigmoidTrain, Self.sigmoidTest, 0.940...0.950),
            (.relu, Self.reluTrain, Self.reluTest, 0.965...0.973),
        ]
        for (activation, train, test, band) in versions {
            let got = try curves(activation, images)
            let name = activation.rawValue
            draw(name, got, (train, test), into: &report)
            report.table("\(name)_train", got.train)
            report.table("\(name)_test", got.test)
            for index in 1..<measurements {
                // The first epochs differ most from one draw of the weights to the next.
                let tolerance = index < 3 ? 0.02 : 0.008
                let after = "after \(index * 600 + 1)"
                report.check(
                    "\(name): train \(after)", got.train[index], train[index], within: tolerance)
                report.check(
                    "\(name): test \(after)", got.test[index], test[index], within: tolerance)
            }
            if measurements == 17 {
                report.check("\(name): test at the end", got.test[16], in: band)
            }
        }
        report.note("the first measurement comes after one update: a guess")
        return report
    }

    private func curves(
        _ activation: Activation, _ images: LectureImages
    ) throws -> (train: [Double], test: [Double]) {
        var train = [Double](repeating: 0, count: measurements)
        var test = train
        let share = 1 / Double(max(seeds, 1))
        for seed in 1...max(seeds, 1) {
            let network = LectureNetwork(
                sizes: [784, hidden, 10], deviation: .fixed(0.01), activation: activation,
                seed: seed)
            let run = try LectureRun(
                network, on: images.train, optimizer: SGD(learningRate: rate), batch: 100,
                seed: seed
            )
            for step in 0...((measurements - 1) * 600) {
                try run.advance()
                guard step % 600 == 0 else { continue }
                context.progress(step / 600, of: measurements)
                train[step / 600] += try share * run.accuracy(on: images.train)
                test[step / 600] += try share * run.accuracy(on: images.test)
            }
        }
        return (train, test)
    }

    private static let sigmoidTrain = [
        0.0986, 0.7893, 0.8764, 0.8980, 0.9075, 0.9144, 0.9196, 0.9248, 0.9273, 0.9309, 0.9343,
        0.9373, 0.9393, 0.9424, 0.9439, 0.9454, 0.9471,
    ]
    private static let sigmoidTest = [
        0.0958, 0.7947, 0.8811, 0.9005, 0.9100, 0.9167, 0.9212, 0.9260, 0.9288, 0.9329, 0.9349,
        0.9375, 0.9388, 0.9417, 0.9428, 0.9442, 0.9465,
    ]
    private static let reluTrain = [
        0.1075, 0.9053, 0.9236, 0.9365, 0.9448, 0.9519, 0.9574, 0.9620, 0.9646, 0.9675, 0.9677,
        0.9704, 0.9719, 0.9733, 0.9764, 0.9771, 0.9779,
    ]
    private static let reluTest = [
        0.1064, 0.9047, 0.9245, 0.9352, 0.9436, 0.9513, 0.9543, 0.9590, 0.9606, 0.9619, 0.9629,
        0.9637, 0.9661, 0.9664, 0.9697, 0.9694, 0.9690,
    ]
}
