import KalsaeGraph
import KalsaeLayers
import KalsaePlots
import KalsaeTensor

/// A pass forward as products of matrices: the book's 2-3-2-2 network in numbers, and the shapes of
/// the Keras network 4-8-8-3.
struct ForwardPass {
    var inputs = [1.0, 0.5]
    let context: LessonContext

    private let weights: [(values: [Double], shape: Shape, bias: [Double])] = [
        ([0.1, 0.3, 0.5, 0.2, 0.4, 0.6], [2, 3], [0.1, 0.2, 0.3]),
        ([0.1, 0.4, 0.2, 0.5, 0.3, 0.6], [3, 2], [0.1, 0.2]),
        ([0.1, 0.3, 0.2, 0.4], [2, 2], [0.1, 0.2]),
    ]

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.forward.rawValue)
        try worked(&report)
        try keras(&report)
        try linear(&report)
        return report
    }

    /// Each layer's sums and outputs.
    private func worked(_ report: inout LectureReport) throws {
        let expected: [(String, [Double])] = [
            ("A1", [0.3, 0.7, 1.1]), ("Z1", [0.5744425168, 0.6681877722, 0.7502601056]),
            ("A2", [0.5161598378, 1.2140269562]), ("Z2", [0.6262493704, 0.7710106969]),
            ("output", [0.3168270764, 0.6962790899]),
        ]
        var (z, values) = (Tensor.doubles(inputs, [1, 2]), [[Double]]())
        var rows = [LessonTable.Row("X", inputs)]
        for (index, layer) in weights.enumerated() {
            let a = z.matmul(.doubles(layer.values, layer.shape)) + .doubles(layer.bias)
            values.append(try a.doubles)
            report.show(
                .matrix(
                    "W\(index + 1)", "W\(index + 1) \(layer.shape[0])×\(layer.shape[1])",
                    layer.values, columns: layer.shape[1]))
            rows.append(LessonTable.Row("A\(index + 1)", values.last ?? []))
            guard index < 2 else { break }
            z = a.sigmoid()
            values.append(try z.doubles)
            rows.append(LessonTable.Row("Z\(index + 1)", values.last ?? []))
        }
        for (got, (name, wanted)) in zip(values, expected) {
            report.check(name, got, wanted, within: 1e-9)
        }
        report.show(
            LessonTable(
                "signals", context.say("What each layer hands on", "각 층이 다음 층에 넘기는 값"), rows: rows))
        draw(values, &report)
    }

    private func draw(_ values: [[Double]], _ report: inout LectureReport) {
        let outputs = [inputs, values[1], values[3], values[4]]
        var (nodes, starts): ([GraphNode], [Int]) = ([], [])
        for (layer, numbers) in outputs.enumerated() {
            starts.append(nodes.count)
            let name = layer == 0 ? "x" : layer == 3 ? "y" : "z"
            // Both hidden layers have a z₁: the raised number is the layer's.
            let raised = name == "z" ? ["⁽¹⁾", "⁽²⁾"][layer - 1] : ""
            for (index, number) in numbers.enumerated() {
                nodes.append(
                    GraphNode(
                        name + ["₁", "₂", "₃"][index] + raised, detail: LessonNumber.short(number),
                        isOperation: layer > 0))
            }
        }
        var arcs: [GraphArc] = []
        for (layer, weight) in weights.enumerated() {
            let columns = weight.shape[1]
            for (index, value) in weight.values.enumerated() {
                arcs.append(
                    GraphArc(
                        from: starts[layer] + index / columns,
                        to: starts[layer + 1] + index % columns,
                        forward: LessonNumber.short(value)))
            }
        }
        report.figure(
            "network",
            Figure(
                title: context.say("Three layers with their weights", "가중치를 적은 3층 신경망"),
                marks: [.graph(context.diagram(nodes, arcs))]), width: 860, height: 440,
            isForTerminals: false)
    }

    /// The network of the Keras slide: every product of matrices must fit.
    private func keras(_ report: inout LectureReport) throws {
        let model = try Sequential(
            [
                .dense(units: 8, activation: .relu), .dense(units: 8, activation: .relu),
                .dense(units: 3, activation: .softmax),
            ], input: [4])
        report.check("4-8-8-3: parameters", Double(model.parameterCount), 139, within: 0)
        let y = model(Tensor.normal([1, 4], key: RandomKey(seed: 1)))
        report.check("4-8-8-3: output shape", y.shape.map { Double($0) }, [1, 3], within: 0)
        let sum = try y.doubles.reduce(0, +)
        report.check("4-8-8-3: sum of softmax", sum, 1, within: 1e-6)
        let small = try Sequential(
            [.dense(units: 8, activation: .relu), .dense(units: 1, activation: .sigmoid)],
            input: [4])
        report.check("4-8-1: parameters", Double(small.parameterCount), 49, within: 0)
        report.show(
            LessonTable(
                "shapes", context.say("Shapes of the network 4-8-8-3", "4-8-8-3 신경망의 형상"),
                columns: [
                    "", context.say("in", "입력"), context.say("out", "출력"),
                    context.say("weights", "가중치"), context.say("biases", "편향"),
                ],
                rows: [(4, 8), (8, 8), (8, 3)].enumerated().map { index, size in
                    LessonTable.Row(
                        "\(index + 1)",
                        [size.0, size.1, size.0 * size.1, size.1].map { Double($0) })
                }))
    }

    /// Three linear layers are one.
    private func linear(_ report: inout LectureReport) throws {
        let x = Tensor.doubles(inputs, [1, 2])
        let matrices = weights.map { Tensor.doubles($0.values, $0.shape) }
        let one = matrices[0].matmul(matrices[1]).matmul(matrices[2])
        let layers = x.matmul(matrices[0]).matmul(matrices[1]).matmul(matrices[2])
        report.check(
            "three layers without activation", try layers.doubles, try x.matmul(one).doubles,
            within: 1e-12)
        report.show(
            .matrix(
                "one",
                context.say(
                    "Without activations: W1 W2 W3 is one matrix", "활성화 함수가 없으면 W1 W2 W3은 행렬 하나"),
                try one.doubles, columns: 2))
    }
}

extension LessonPlan {
    static let forward = LessonPlan(
        rows: [2],
        slides: [
            LessonSlide("000", "3. 행렬의 곱셈을 이용한 순전파"),
            LessonSlide("001", "2. 신경망 · 3층 신경망 구현하기"),
            LessonSlide("001", "2. 신경망 · 활성화 함수의 종류"),
        ],
        knobs: [
            LessonKnob("x1", 1, -100...100, "first input", "입력 x₁"),
            LessonKnob("x2", 0.5, -100...100, "second input", "입력 x₂"),
        ],
        // The parameters of 10-64-64-1.
        exercise: .numbers(1, within: 0) {
            let model = try Sequential(
                [.dense(units: 64), .dense(units: 64), .dense(units: 1)], input: [10])
            return [Double(model.parameterCount)]
        },
        program: { try ForwardPass(inputs: [$0("x1"), $0("x2")], context: $0).report() })
}
