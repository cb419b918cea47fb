import KalsaePlots
import KalsaeTensor

extension Backprop {
    /// The weights before and after the step, and the network with values and gradients.
    func show(
        _ before: Network, _ gradient: Network, _ after: Network, printed: [Double],
        into report: inout LectureReport
    ) throws {
        let (old, slopes, new) = (
            try before.weights, try gradient.weights, try after.weights
        )
        report.show(
            LessonTable(
                "weights", context.say("The eight weights", "가중치 여덟 개"),
                columns: [
                    "", context.say("before", "갱신 전"), "∂E/∂W", context.say("after", "갱신 후"),
                    context.say("lectures", "강의의 값"),
                ],
                rows: old.indices.map { index in
                    LessonTable.Row(
                        "W\(index + 1)", [old[index], slopes[index], new[index], printed[index]])
                }))
        let values = try x.doubles + before.hidden(x).doubles + before(x).doubles
        let loss = try error(before).item(Double.self)
        let names = ["x1", "x2", "h1", "h2", "o1", "o2"]
        var nodes = zip(names, values).map { name, value in
            GraphNode(
                name, detail: LessonNumber.short(value), isOperation: !name.hasPrefix("x"))
        }
        nodes.append(GraphNode("E", detail: LessonNumber.short(loss)))
        // W1 to W8 as the page numbers them: to a unit from the first, then from the second input.
        let ends = [(0, 2), (1, 2), (0, 3), (1, 3), (2, 4), (3, 4), (2, 5), (3, 5)]
        var arcs = [GraphArc(from: 4, to: 6), GraphArc(from: 5, to: 6)]
        for (index, end) in ends.enumerated() {
            arcs.append(GraphArc(from: end.0, to: nodes.count))
            arcs.append(GraphArc(from: nodes.count, to: end.1))
            nodes.append(
                GraphNode(
                    "W\(index + 1) = \(LessonNumber.short(old[index]))",
                    detail: "∂ " + LessonNumber.short(slopes[index]), isOperation: false))
        }
        report.figure(
            "network",
            Figure(
                title: context.say(
                    "Eight weights with their gradients ∂E/∂W", "가중치 여덟 개와 기울기 ∂E/∂W"),
                marks: [.graph(context.diagram(nodes, arcs))]), width: 900, height: 420,
            isForTerminals: false)
    }

    /// The error over a thousand steps.
    func showErrors(_ curve: [Double], into report: inout LectureReport) {
        report.figure(
            "error",
            Figure(
                title: context.say("Error while the steps go on", "갱신을 거듭할 때의 오차"),
                x: Axis(context.say("step", "단계")),
                y: Axis(context.say("error", "오차"), scale: .log),
                marks: [.line(Series(y: curve))]))
    }
}

extension LessonPlan {
    static let backprop = LessonPlan(
        rows: [10],
        slides: [
            LessonSlide("000", "5. 순전파"), LessonSlide("000", "6. 역전파 1단계"),
            LessonSlide("000", "6. 역전파 2단계"), LessonSlide("000", "5. 역전파 - 결과확인"),
        ],
        knobs: [LessonKnob("rate", 0.5, 0.001...50, "learning rate", "학습률 α")],
        exercise: .numbers(1, within: 5e-5) {
            let example = Backprop(rate: 1)
            return [try example.step(Backprop.Network()).network.weights[4]]
        },
        program: { try Backprop(rate: $0("rate"), context: $0).report() })
}
