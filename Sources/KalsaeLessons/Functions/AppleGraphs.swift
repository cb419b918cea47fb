import KalsaeGraph
import KalsaePlots
import KalsaeTensor

/// The computational graphs of the lectures with their values: apples and oranges with tax, and
/// the sigmoid taken apart.
struct AppleGraphs {
    var apples = 2.0
    var applePrice = 100.0
    var oranges = 3.0
    var orangePrice = 150.0
    var tax = 1.1
    let context: LessonContext

    init(context: LessonContext) {
        self.context = context
        guard !context("apples").isNaN else { return }
        (apples, applePrice) = (context("apples"), context("apple-price"))
        (oranges, orangePrice) = (context("oranges"), context("orange-price"))
        tax = context("tax")
    }

    func show(into report: inout LectureReport) throws {
        try shopping(into: &report)
        try sigmoid(into: &report)
    }

    /// The gradients of the price by all five numbers, and of what comes between.
    private func shopping(into report: inout LectureReport) throws {
        let inputs = [applePrice, apples, orangePrice, oranges, tax].map { Tensor($0) }
        let (price, gradients) = valueAndGradient(at: inputs) { x in
            (x[0] * x[1] + x[2] * x[3]) * x[4]
        }
        let slopes = try gradients.map { try $0.item(Double.self) }
        let total = try price.item(Double.self)
        let names = [
            context.say("apple price", "사과 값"), context.say("apples", "사과 개수"),
            context.say("orange price", "귤 값"), context.say("oranges", "귤 개수"),
            context.say("tax", "소비세"),
        ]
        let values = [applePrice, apples, orangePrice, oranges, tax]
        report.show(
            LessonTable(
                "prices", context.say("How the price answers to each number", "각 값이 지불 금액에 미치는 영향"),
                columns: ["", context.say("value", "값"), context.say("gradient", "기울기")],
                rows: names.indices.map { LessonTable.Row(names[$0], [values[$0], slopes[$0]]) }
                    + [LessonTable.Row(context.say("price to pay", "지불 금액"), [total, 1])]))
        let nodes =
            names.map { GraphNode($0, isOperation: false) }
            + [
                GraphNode("×"), GraphNode("×"), GraphNode("+"), GraphNode("×"),
                GraphNode(context.say("to pay", "지불"), isOperation: false),
            ]
        let sums = [applePrice * apples, orangePrice * oranges]
        let arcs = [
            GraphArc(from: 0, to: 5, forward: values[0], backward: slopes[0]),
            GraphArc(from: 1, to: 5, forward: values[1], backward: slopes[1]),
            GraphArc(from: 2, to: 6, forward: values[2], backward: slopes[2]),
            GraphArc(from: 3, to: 6, forward: values[3], backward: slopes[3]),
            GraphArc(from: 5, to: 7, forward: sums[0], backward: tax),
            GraphArc(from: 6, to: 7, forward: sums[1], backward: tax),
            GraphArc(from: 7, to: 8, forward: sums[0] + sums[1], backward: tax),
            GraphArc(from: 4, to: 8, forward: tax, backward: slopes[4]),
            GraphArc(from: 8, to: 9, forward: total, backward: 1),
        ]
        report.figure(
            "shopping",
            Figure(
                title: context.say("Values go forward, gradients come back", "값은 앞으로, 기울기는 뒤로"),
                marks: [.graph(context.diagram(nodes, arcs))]), width: 900, height: 480,
            isForTerminals: false)
    }

    /// `1 / (1 + e^-x)` at x = 1 in four nodes.
    private func sigmoid(into report: inout LectureReport) throws {
        let x = 1.0
        let power = try Tensor(-x).exp().item(Double.self)
        let y = 1 / (1 + power)
        // Backward: -y² at the reciprocal, the same through the sum, times e^-x, times -1.
        let slopes = [-y * y, -y * y, -y * y * power, y * y * power]
        let exact = try gradient(at: Tensor(x)) { $0.sigmoid() }.item(Double.self)
        report.check("sigmoid node by node: dy/dx", slopes[3], exact, within: 1e-12)
        report.check("sigmoid: dy/dx = y(1 - y)", y * (1 - y), exact, within: 1e-12)
        let nodes = [
            GraphNode("x", isOperation: false), GraphNode("× −1"), GraphNode("exp"),
            GraphNode("+ 1"), GraphNode("1/·"), GraphNode("y", isOperation: false),
        ]
        let values = [x, -x, power, 1 + power, y]
        let back = [slopes[3], slopes[2], slopes[1], slopes[0], 1]
        let arcs = values.indices.map {
            GraphArc(from: $0, to: $0 + 1, forward: values[$0], backward: back[$0])
        }
        report.figure(
            "sigmoid",
            Figure(
                title: context.say("The sigmoid in four nodes", "노드 네 개로 나눈 시그모이드"),
                marks: [.graph(context.diagram(nodes, arcs))]), width: 820, height: 220,
            isForTerminals: false)
    }
}

extension LessonPlan {
    static let apples = LessonPlan(
        rows: [9, 5, 8],
        slides: [
            LessonSlide("001", "4. 오차역전파 · 계산 그래프"), LessonSlide("001", "4. 오차역전파 · 역전파"),
            LessonSlide("001", "4. 오차역전파 · 활성화 함수 계층의 역전파"),
            LessonSlide("001", "4. 오차역전파 · softmax-with-loss 계층의 역전파"),
        ],
        knobs: [
            LessonKnob("apples", 2, 0...1000, "apples", "사과 개수"),
            LessonKnob("apple-price", 100, 0...100_000, "price of an apple", "사과 한 개의 값"),
            LessonKnob("oranges", 3, 0...1000, "oranges", "귤 개수"),
            LessonKnob("orange-price", 150, 0...100_000, "price of an orange", "귤 한 개의 값"),
            LessonKnob("tax", 1.1, 1...3, "factor of the tax", "소비세를 곱하는 수"),
        ],
        // Four apples at 120, tax 1.08: gradient by the number of apples and by the tax.
        exercise: .numbers(2, within: 1e-6) {
            let x = [120.0, 4, 1.08].map { Tensor($0) }
            let slopes = valueAndGradient(at: x) { $0[0] * $0[1] * $0[2] }.gradient
            return [try slopes[1].item(Double.self), try slopes[2].item(Double.self)]
        },
        program: { try Apples(context: $0).report() })
}
