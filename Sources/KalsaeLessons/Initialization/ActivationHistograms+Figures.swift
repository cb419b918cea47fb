import KalsaeGraph
import KalsaePlots
import KalsaeTensor

extension ActivationHistograms {
    /// Histograms of the five layers for each of the four scales.
    func draw(_ function: Function, into report: inout LectureReport) throws {
        let names = ["s = 1", "s = 0.01", "Xavier 0.1", "He 0.1414"]
        let range = function == .tanh ? -1.0...1.0 : 0.0...1.0
        let bins = 30
        let width = (range.upperBound - range.lowerBound) / Double(bins)
        let edges = (0...bins).map { range.lowerBound + Double($0) * width }
        var panels: [Panel] = []
        var rows: [LessonTable.Row] = []
        for (index, scale) in scales.enumerated() {
            var deviations: [Double] = []
            for (layer, output) in outputs(function, scale.deviation * factor, draw: 0)
                .enumerated()
            {
                let wide = output.cast(to: .float64)
                let spread = (wide - wide.mean()).square().mean().sqrt()
                deviations.append(try spread.item(Double.self))
                guard layer == 0 || layer == 2 || layer == 4 else { continue }
                // What lies beyond the range is not drawn.
                let inside = (wide - wide.clipped(to: range)).abs() .<= 0
                let cells = ((wide - range.lowerBound) / width).floor().minimum(
                    Double(bins - 1)
                ).maximum(0).cast(to: .int32).reshaped(to: [100_000])
                let counts =
                    (cells.oneHot(classes: bins, dtype: .float64)
                    * inside.cast(to: .float64).reshaped(to: [100_000, 1])).sum(axes: [0])
                panels.append(
                    Panel(
                        title: names[index]
                            + context.say(", layer \(layer + 1)", ", \(layer + 1)층"),
                        x: Axis(context.say("output", "출력")), y: Axis(context.say("count", "개수")),
                        marks: [.histogram(Histogram(edges: edges, counts: try counts.doubles))]))
            }
            rows.append(LessonTable.Row(names[index], deviations))
        }
        report.figure(
            function.rawValue,
            Figure(
                title: function.rawValue
                    + context.say(": outputs of layers 1, 3 and 5", ": 1, 3, 5층 출력의 분포"),
                panels: panels, columns: 3, legend: .none), width: 900, height: 1000,
            isForTerminals: false)
        report.show(
            LessonTable(
                "\(function.rawValue)-spread",
                function.rawValue
                    + context.say(": deviation of the outputs", ": 층별 출력의 표준편차"),
                columns: [""] + (1...5).map { context.say("layer \($0)", "\($0)층") }, rows: rows))
    }
}

extension LessonPlan {
    static let initializers = LessonPlan(
        rows: [20],
        slides: [
            LessonSlide("000", "3. 가중치 초기화(Weight Initialization)"),
            LessonSlide("002", "배치 정규화 Batch Normalization"),
        ],
        knobs: [
            LessonKnob("factor", 1, 0.01...10, "factor of all deviations", "모든 표준편차에 곱하는 수"),
            .whole("draws", 5, 1...20, "draws that a mean is taken over", "평균을 낼 횟수"),
        ],
        // He's deviation for 784 inputs, and the half width of Glorot's uniform for 300 and 100.
        exercise: .numbers(2, within: 5e-4) {
            [(2.0 / 784).squareRoot(), (6.0 / 400).squareRoot()]
        },
        program: { context in
            try ActivationHistograms(
                draws: context.whole("draws"), factor: context("factor"), context: context
            ).report()
        })
}
