import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaePlots
import KalsaeTensor
import KalsaeTraining

/// Recurrent layers: a step by hand, shapes and counts, three sentences that a network writes again,
/// and how far back each kind of memory reaches.
struct RecurrentMemory {
    var length = 16
    var epochs = 200
    var steps = 400
    let context: LessonContext

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.recurrent.rawValue)
        try byHand(&report)
        try shapes(&report)
        try RecurrentSentences(epochs: epochs, context: context).show(into: &report)
        context.progress(1, of: 4)
        try remember(&report)
        return report
    }

    /// h' = tanh(x w + h u + b) for one unit, three steps.
    private func byHand(_ report: inout LectureReport) throws {
        var layer = SimpleRNN(1, units: 1)
        layer.weight = Tensor([Float(0.5)], shape: [1, 1])
        layer.recurrentWeight = Tensor([Float(0.8)], shape: [1, 1])
        layer.bias = Tensor([Float(0.1)])
        let inputs = [1.0, -1, 2]
        var (state, states): (Double, [Double]) = (0, [])
        for x in inputs {
            state = try Tensor(x * 0.5 + state * 0.8 + 0.1).tanh().item(Double.self)
            states.append(state)
        }
        let y = try layer(Tensor.floats(inputs.map { [$0] }).reshaped(to: [1, 3, 1])).doubles
        report.check("three steps of one unit: last state", y, [states[2]], within: 1e-6)
        report.show(
            LessonTable(
                "states", context.say("One unit, three steps", "뉴런 하나, 시점 세 개"),
                columns: ["t", "x", "h"],
                rows: inputs.indices.map {
                    LessonTable.Row(String($0 + 1), [inputs[$0], states[$0]])
                }))
    }

    /// SimpleRNN(3) on sequences of 2 x 10; LSTM and GRU have four and three times the weights.
    private func shapes(_ report: inout LectureReport) throws {
        let x = Tensor.normal([8, 2, 10], key: RandomKey(seed: 1))
        let plain = try Sequential([.simpleRNN(units: 3)], input: [2, 10])
        let all = try Sequential([.simpleRNN(units: 3, returnsSequences: true)], input: [2, 10])
        let lstm = try Sequential([.lstm(units: 3)], input: [2, 10])
        report.check("SimpleRNN(3): parameters", Double(plain.parameterCount), 42, within: 0)
        report.check("SimpleRNN(3): shape", plain(x).shape.map { Double($0) }, [8, 3], within: 0)
        report.check(
            "SimpleRNN(3), all steps: shape", all(x).shape.map { Double($0) }, [8, 2, 3], within: 0)
        report.check("LSTM(3): parameters", Double(lstm.parameterCount), 4 * 42, within: 0)
    }

    /// The first of some numbers, told at the end: a feed-forward network of the last one guesses.
    private func remember(_ report: inout LectureReport) throws {
        let kinds: [(name: String, layer: LayerSpec)] = [
            ("SimpleRNN", .simpleRNN(units: 24)), ("LSTM", .lstm(units: 24)),
            ("GRU", .gru(units: 24)),
        ]
        var (marks, rows, ends): ([Mark], [LessonTable.Row], [Double]) = ([], [], [])
        for (index, kind) in kinds.enumerated() {
            context.progress(index + 1, of: 4)
            let model = try withSeed(1) {
                try Sequential([kind.layer, .dense(units: 1)], input: [length, 1])
            }
            let losses = try course(of: model, from: 0)
            ends.append(Array(losses.suffix(20)).mean)
            marks.append(.line(Series(kind.name, y: losses.smoothed(4))))
            rows.append(LessonTable.Row(kind.name, [Double(model.parameterCount), ends[index]]))
        }
        let blind = try withSeed(1) {
            try Sequential(
                [.flatten, .dense(units: 24, activation: .tanh), .dense(units: 1)], input: [1, 1])
        }
        let losses = try course(of: blind, from: length - 1)
        marks.append(.line(Series(context.say("last number only", "마지막 수만"), y: losses)))
        // Fresh numbers each step: nothing can be learned by heart, and ln 2 is the best guess.
        report.check(
            "feed-forward on the last number: loss", Array(losses.suffix(20)).mean, 0.6931,
            within: 0.03)
        for (kind, end) in zip(kinds, ends) {
            report.check("\(kind.name): loss at the end", end, in: 0...0.71)
        }
        report.check("best memory: loss at the end", ends.min() ?? .nan, in: 0...0.3)
        report.figure(
            "memory",
            Figure(
                title: context.say(
                    "What was the first of \(length) numbers?", "수 \(length)개 중 첫 수의 부호 맞히기"),
                x: Axis(context.say("step", "갱신 횟수")), y: Axis(context.say("loss", "손실"), low: 0),
                marks: marks))
        report.show(
            LessonTable(
                "memory",
                context.say(
                    "Loss at the end; ln 2 = .6931 is a guess", "마지막 손실(ln 2 = .6931은 찍은 것과 같음)"),
                columns: ["", context.say("parameters", "매개변수"), context.say("loss", "손실")],
                rows: rows))
    }

    /// Losses over fresh sequences, of which the network sees the numbers from one on.
    private func course(of model: Sequential, from start: Int) throws -> [Double] {
        let length = length
        let step = try BatchStep(
            model, loss: .binaryCrossEntropy,
            optimizer: ClippedByGlobalNorm(Adam(learningRate: 0.01), limit: 1), seed: 1
        ) { inputs in
            let x = Tensor.normal([128, length, 1], key: RandomKey(inputs[0]))
            return (x[.all, start...], (x[.all, 0] .> 0).cast(to: .float32), nil)
        }
        return try (0..<steps).map {
            try step.run(RandomKey(seed: 3, stream: 1, step: $0).tensor)
        }
    }
}

extension LessonPlan {
    static let recurrent = LessonPlan(
        rows: [3],
        slides: [LessonSlide("000", "1. 피드 포워드 신경망(순방향 신경망)")],
        knobs: [
            .whole("length", 16, 2...100, "numbers of a sequence", "수열의 길이"),
            .whole("epochs", 200, 10...2000, "epochs of the sentences", "문장 학습의 에포크"),
            .whole("steps", 400, 50...5000, "updates of the memory task", "기억 과제의 갱신 횟수"),
        ],
        // The parameters of SimpleRNN(32) on vectors of 10, and of a GRU-free dense of 12 on it.
        exercise: .numbers(2, within: 0) {
            let rnn = try Sequential([.simpleRNN(units: 32)], input: [5, 10])
            let dense = try Sequential([.dense(units: 12)], input: [32])
            return [Double(rnn.parameterCount), Double(dense.parameterCount)]
        },
        program: { context in
            try RecurrentMemory(
                length: context.whole("length"), epochs: context.whole("epochs"),
                steps: context.whole("steps"), context: context
            ).report()
        })
}
