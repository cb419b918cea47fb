import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeTensor

/// Small networks on few drawn digits, which need no download: 200 to learn from, 1000 to test.
struct DigitRuns {
    let train: Dataset
    let test: Dataset
    var steps = 300
    var batch = 50
    var rate = 0.003

    /// - Parameter scale: the pixels times so much.
    init(
        images: Int = 200, tests: Int = 1000, isFlat: Bool = true, scale: Double = 1
    ) throws {
        func set(_ count: Int, _ seed: UInt64) throws -> Dataset {
            let data = DrawnDigits.make(count: count, seed: seed)
            let set = try Dataset(
                try LabeledData(
                    features: data.features,
                    featureShape: isFlat ? [784] : [DrawnDigits.side, DrawnDigits.side, 1],
                    targets: data.targets))
            guard scale != 1 else { return set }
            return try Dataset(
                set.features, set.targets, featureScale: set.featureScale * scale,
                classNames: set.classNames)
        }
        train = try set(images, 1)
        test = try set(tests, 2)
    }

    /// Accuracies every so many steps, and the model.
    struct Course<Model> {
        var steps: [Double] = []
        var train: [Double] = []
        var test: [Double] = []
        var model: Model
    }

    /// Trains with Adam on batches drawn with replacement.
    func run<Model: Layer>(
        _ model: Model, optimizer: (any Optimizer)? = nil, seed: Int = 1
    ) throws -> Course<Model> {
        let run = try LectureRun(
            model, on: train, optimizer: optimizer ?? Adam(learningRate: rate), batch: batch,
            seed: seed)
        var course = Course(model: model)
        for step in 1...max(steps, 1) {
            try run.advance()
            guard step % max(steps / 10, 1) == 0 else { continue }
            course.steps.append(Double(step))
            course.train.append(try run.accuracy(on: train))
            course.test.append(try run.accuracy(on: test))
        }
        course.model = run.model
        return course
    }
}
