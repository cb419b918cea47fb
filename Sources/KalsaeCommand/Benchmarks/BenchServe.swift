import ArgumentParser
import KalsaeBackend
import KalsaeData
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining

struct BenchServe: AsyncParsableCommand, ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Time predictions of single rows from several tasks at once.",
        discussion: """
            A network of dense layers predicts rows one at a time: traced anew, by a compiled step, \
            and by a compiled model, which is then asked by one task and by several, and by several \
            while it is trained. Every answer is compared with that for the row alone. Of a model's \
            file the time to load it is told too, and the time a row in batches.

            Examples:
              kalsae bench serve --network 784-50-10 --tasks 4
              kalsae bench serve --model houses.safetensors --count 10000
            """)

    @Option(help: "Sizes of the network's layers.")
    var network = "10-64-32-2"

    @Option(
        help: "A model file that `kalsae train` wrote, instead of a network.",
        completion: NameCompletion.models)
    var model: String?

    @Option(help: "Rows of a batch.")
    var batch = 1024

    @Option(help: "How many tasks ask at once.")
    var tasks = 4

    @Option(help: "How many predictions each measurement takes.")
    var count = 100_000

    @OptionGroup var common: CommonOptions

    /// What was measured: nanoseconds of each prediction, and how long all of them took.
    private struct Measurement: Sendable {
        var name: String
        var times: [UInt64] = []
        var seconds = 0.0
        var wrong = 0

        func percentile(_ share: Double) -> Double {
            let index = min(Int(share * Double(times.count)), times.count - 1)
            return Double(times.sorted()[max(index, 0)]) / 1000
        }
    }

    private struct Load: Sendable {
        let model: Sequential
        let rows: [[Float]]
        let answers: [[Float]]

        /// The same in memory of its own: counts of holders that several cores change are slow.
        var copied: Load {
            Load(
                model: model, rows: rows.map { $0.map { $0 } },
                answers: answers.map { $0.map { $0 } })
        }
    }

    func run() async throws {
        try common.apply()
        for (name, value, range) in [
            ("--tasks", tasks, 1...64), ("--count", count, 100...10_000_000),
            ("--batch", batch, 1...1_000_000),
        ] where !range.contains(value) {
            throw KalsaeError(
                name, expected: "a number from \(range.lowerBound) to \(range.upperBound)",
                got: "\(value)")
        }
        if let path = self.model { return try await run(path) }
        let sizes = try NetworkSizes(network)
        let input = Shape([sizes.sizes[0]])
        let model = try withSeed(0) {
            try Sequential(sizes.layers(input: input, activation: .relu), input: input)
        }
        let served = try CompiledModel(model, input: input) { $0.softmax() }
        let load = try load(model, served, input)
        var all = [try eager(load, input), try step(load, input)]
        all.append(try await several(1, "compiled model, 1 task", load, served))
        all.append(try await several(tasks, "compiled model, \(tasks) tasks", load, served))
        let training = Task { try await train(load, input, outputs: sizes.sizes.last ?? 1) }
        all.append(
            try await several(tasks, "the same while training", load, served))
        training.cancel()
        let steps = try await training.value
        for measurement in all { try tell(measurement) }
        if !common.json {
            try Console.print(
                "\(steps.counting("step")) of training meanwhile, \(served.planCount) plans kept, peak memory "
                    + "\(Progress.fixed(Double(ProcessMemory.peak) / 1e6, digits: 0)) MB")
        }
    }

    private func load(
        _ model: Sequential, _ served: CompiledModel<Sequential>, _ input: Shape
    ) throws -> Load {
        let width = input.elementCount
        let numbers: [Float] = try Tensor.normal([64, width], key: RandomKey(seed: 1)).values()
        let rows = (0..<64).map { Array(numbers[($0 * width)..<(($0 + 1) * width)]) }
        return Load(model: model, rows: rows, answers: try rows.map { try served($0) })
    }

    /// Times a model's file.
    private func run(_ path: String) async throws {
        var loads: [UInt64] = []
        var predictor = try Predictor(path: path)
        for _ in 0..<5 {
            let begin = PlanRecorder.now()
            predictor = try Predictor(path: path)
            loads.append(PlanRecorder.now() - begin)
        }
        guard let input = predictor.model.inputShape, batch > 0 else { return }
        let isOfClasses = !predictor.metadata.classNames.isEmpty
        let served = try CompiledModel(predictor.model, input: input) {
            isOfClasses ? $0.softmax() : $0
        }
        let load = try load(predictor.model, served, input)
        try tell(try await several(1, "compiled model, 1 task", load, served))
        try tell(try await several(tasks, "compiled model, \(tasks) tasks", load, served))
        let rows: [Float] = try Tensor.normal(
            [batch, input.elementCount], key: RandomKey(seed: 3)
        ).values()
        _ = try served(rows)
        var times: [UInt64] = []
        for _ in 0..<max(count / batch, 9) {
            let begin = PlanRecorder.now()
            _ = try served(rows)
            times.append(PlanRecorder.now() - begin)
        }
        let each = Double(times.sorted()[times.count / 2]) / Double(batch) / 1000
        let least = Double(loads.min() ?? 0) / 1e6
        if common.json {
            return try Console.print([
                "model": .string(path), "load_ms": .number(least), "batch": .integer(batch),
                "batch_us": .number(each),
            ])
        }
        try Console.print(
            "batches of \(batch): \(Progress.fixed(each, digits: 3)) us a row; loaded in "
                + "\(Progress.fixed(least, digits: 1)) ms")
    }

    private func eager(_ load: Load, _ input: Shape) throws -> Measurement {
        try serial("traced anew", count: min(count, 10_000), load) { row in
            try load.model(Tensor(row, shape: [1, input[0]])).softmax().values()
        }
    }

    private func step(_ load: Load, _ input: Shape) throws -> Measurement {
        let step = try CompiledStep(load.model) { model, inputs in [model(inputs[0]).softmax()] }
        return try serial("compiled step, 1 task", count: count, load) { row in
            try step(Tensor(row, shape: [1, input[0]]))[0].values()
        }
    }

    private func serial(
        _ name: String, count: Int, _ load: Load, _ predict: ([Float]) throws -> [Float]
    ) throws -> Measurement {
        var result = Measurement(name: name)
        result.times.reserveCapacity(count)
        let begin = PlanRecorder.now()
        for number in 0..<count {
            let index = number % load.rows.count
            let start = PlanRecorder.now()
            let answer = try predict(load.rows[index])
            result.times.append(PlanRecorder.now() - start)
            if answer != load.answers[index] { result.wrong += 1 }
        }
        result.seconds = Double(PlanRecorder.now() - begin) / 1e9
        return result
    }

    private func several(
        _ tasks: Int, _ name: String, _ load: Load, _ served: CompiledModel<Sequential>
    ) async throws -> Measurement {
        let begin = PlanRecorder.now()
        var result = Measurement(name: name)
        try await withThrowingTaskGroup(of: Measurement.self) { group in
            for _ in 0..<tasks {
                group.addTask {
                    try serial(name, count: count / tasks, load.copied) { try served($0) }
                }
            }
            for try await part in group {
                result.times += part.times
                result.wrong += part.wrong
            }
        }
        result.seconds = Double(PlanRecorder.now() - begin) / 1e9
        return result
    }

    /// Trains until the task is cancelled; returns the number of steps.
    private func train(_ load: Load, _ input: Shape, outputs: Int) async throws -> Int {
        let rows = 4096
        let data = try Dataset(
            .normal([rows, input[0]], key: RandomKey(seed: 2)),
            Tensor.arange(rows) % Double(outputs))
        let trainer = try Trainer(load.model, loss: .softmaxCrossEntropy, optimizer: Adam())
        return try await trainer.fit(data, epochs: .max, batch: 64).steps
    }

    private func tell(_ measurement: Measurement) throws {
        let (p50, p99) = (measurement.percentile(0.5), measurement.percentile(0.99))
        let rate = Double(measurement.times.count) / measurement.seconds
        if common.json {
            return try Console.print([
                "name": .string(measurement.name), "network": .string(model ?? network),
                "rows": .integer(measurement.times.count), "p50_us": .number(p50),
                "p99_us": .number(p99), "rows_per_s": .number(rate),
                "wrong": .integer(measurement.wrong),
            ])
        }
        try Console.print(
            "\(measurement.name): p50 \(Progress.fixed(p50, digits: 2)) us, "
                + "p99 \(Progress.fixed(p99, digits: 2)) us, "
                + "\(Progress.fixed(rate, digits: 0)) rows/s, \(measurement.wrong) wrong of "
                + "\(measurement.times.count)")
    }
}
