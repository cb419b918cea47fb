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
        let hidden = try before.hidden(x).doubles
        let outputs = try before(x).doubles
        let inputs = try x.doubles
        let loss = try error(before).item(Double.self)
        func detail(_ value: Double) -> String { LessonNumber.short(value) }
        let nodes =
            inputs.enumerated().map {
                GraphNode("x\($0.offset + 1)", detail: detail($0.element), isOperation: false)
            }
            + hidden.enumerated().map { GraphNode("h\($0.offset + 1)", detail: detail($0.element)) }
            + outputs.enumerated().map {
                GraphNode("o\($0.offset + 1)", detail: detail($0.element))
            }
            + [GraphNode("E", detail: detail(loss))]
        // W1 to W8 as the page numbers them: to a unit from the first, then from the second input.
        let ends = [(0, 2), (1, 2), (0, 3), (1, 3), (2, 4), (3, 4), (2, 5), (3, 5)]
        var arcs = ends.enumerated().map { index, end in
            GraphArc(from: end.0, to: end.1, forward: old[index], backward: slopes[index])
        }
        let errors = try (before(x) - target).doubles
        for (index, slope) in errors.enumerated() {
            arcs.append(
                GraphArc(from: 4 + index, to: 6, forward: "", backward: LessonNumber.short(slope)))
        }
        report.figure(
            "network",
            Figure(
                title: context.say(
                    "Weights above the arcs, gradients below", "화살표 위는 가중치, 아래는 기울기"),
                marks: [.graph(GraphDiagram(nodes: nodes, arcs: arcs))]), width: 820, height: 420,
            isForTerminals: false)
    }

    /// The error over the first hundred steps.
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
