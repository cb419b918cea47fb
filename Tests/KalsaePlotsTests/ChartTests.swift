import KalsaePlots
import KalsaeSupport
import Testing

/// Numbers that charts compute, against ones worked out by hand.
@Suite struct ChartTests {
    private func series(_ figure: Figure) -> [Series] {
        figure.panels[0].marks.compactMap { if case .line(let series) = $0 { series } else { nil } }
    }

    @Test func areasUnderCurvesAreThoseOfPairs() throws {
        // Of three pairs of a right row and another, two are in order.
        let rows = ScoredRows(
            "net", scores: [0.9, 0.8, 0.7, 0.6], isPositive: [true, true, false, true])
        let roc = series(try .receiverOperatingCharacteristic([rows]))
        #expect(roc.map(\.name) == ["net, AUC 0.667"])
        #expect(roc[0].x == [0, 0, 0, 1, 1])
        let found: [Double] = [0, 1, 2, 2, 3].map { $0 / 3 }
        #expect(roc[0].y == found)
        // 1/3 + 1/3 + 1/3 · 3/4.
        let recall = series(try .precisionRecall([rows]))
        #expect(recall.map(\.name) == ["net, AP 0.917"])
        let precision: [Double] = [1, 1, 1, 2 / 3, 0.75]
        #expect(recall[0].y == precision)
    }

    @Test func equalScoresAreOneStep() throws {
        let rows = ScoredRows(scores: [1, 1, 1, 1], isPositive: [true, false, true, false])
        let roc = series(try .receiverOperatingCharacteristic([rows]))
        #expect(roc[0].x == [0, 1] && roc[0].y == [0, 1])
        #expect(roc[0].name == "AUC 0.500")
    }

    @Test func curvesOfOneKindAreRefused() {
        for truth in [[true, true], [false, false], [true]] {
            #expect(throws: KalsaeError.self) {
                try Figure.receiverOperatingCharacteristic([
                    ScoredRows("a", scores: [1, 2], isPositive: truth)
                ])
            }
        }
        #expect(throws: KalsaeError.self) {
            try Figure.precisionRecall([
                ScoredRows("a", scores: [.nan, 2], isPositive: [true, false])
            ])
        }
    }

    @Test func calibrationErrorIsTheMeanDistance() throws {
        // Two at .95, both right: .05 each; two at .55, one right: .05 each.
        let figure = try Figure.reliability(
            confidences: [0.95, 0.95, 0.55, 0.55], isRight: [true, true, true, false])
        #expect(figure.panels.map(\.title) == ["ECE 0.050", ""])
        #expect(series(figure)[0].y == [0.5, 1])
        #expect(throws: KalsaeError.self) {
            try Figure.reliability(confidences: [1.5], isRight: [true])
        }
    }

    @Test func quartilesAreThoseOfNumPy() {
        let box = BoxSummary("a", values: [100, 2, 1, .nan, 4, 3])
        #expect(box.lowerQuartile == 2 && box.median == 3 && box.upperQuartile == 4)
        // 1.5 · 2 beyond the quartiles: from −1 to 7.
        #expect(box.low == 1 && box.high == 4 && box.outliers == [100])
        // numpy.percentile([1, 2, 3, 4], 25) is 1.75.
        #expect(BoxSummary("a", values: [1, 2, 3, 4]).lowerQuartile == 1.75)
        #expect(BoxSummary("a", values: []).median.isNaN)
    }

    @Test func histogramsCountEveryFiniteValue() {
        let histogram = Histogram(values: [0, 1, 2, 3, 4, .nan, .infinity], bins: 4)
        #expect(histogram.edges == [0, 1, 2, 3, 4])
        // The last interval holds its upper edge.
        #expect(histogram.counts == [1, 1, 1, 2])
        let many = Histogram(values: Gallery.numbers(10_000))
        #expect(many.counts.reduce(0, +) == 10_000)
        // 2 IQR / n^(1/3) with an IQR of about a half: 21.5 intervals.
        #expect((20...24).contains(many.counts.count))
    }

    @Test func confusionsAreCounted() throws {
        let matrix = try ConfusionMatrix(
            names: ["a", "b"], truth: [0, 0, 0, 1], predicted: [0, 0, 1, 1])
        #expect(matrix.counts == [2, 1, 0, 1])
        #expect(matrix.share(row: 0, column: 1) == 1.0 / 3)
        #expect(throws: KalsaeError.self) {
            try ConfusionMatrix(names: ["a"], truth: [0], predicted: [1])
        }
        let texts = XMLCheck(try Figure.confusion(matrix).svg()).texts
        for text in ["2", "66.7%", "33.3%", "100.0%", "0"] { #expect(texts.contains(text)) }
    }

    @Test func sequentialColorsGetLighterEvenly() {
        let light = ColorMap.sequential.colors.map(\.luminance)
        #expect(light.count == 256)
        #expect(zip(light, light.dropFirst()).count { $0 > $1 } <= 8)
        #expect(light[0] < 0.03 && light[255] > 0.7)
        let diverging = ColorMap.diverging.colors.map(\.luminance)
        #expect(zip(diverging[..<128], diverging[1...]).allSatisfy { $0 < $1 + 0.004 })
        #expect(ColorMap.sequential.color(.nan).alpha == 0)
        #expect(ColorMap.gray.color(0.5) == Drawing.Color(128, 128, 128))
    }

    @Test func wordsCanBeReadInBothThemes() {
        for theme in Theme.allCases {
            for ground in [theme.background, theme.panel] {
                #expect(theme.ink.contrast(with: ground) >= 7)
                #expect(theme.muted.contrast(with: ground) >= 4.5)
                for series in 0..<2 { #expect(theme.color(series).contrast(with: ground) >= 3) }
            }
            #expect(Set((0..<7).map { theme.color($0) }).count == 7)
        }
    }
}

/// The numbers of figures as CSV.
@Suite struct FigureCSVTests {
    @Test func marksShareColumns() {
        let figure = Figure(marks: [
            .line(
                Series("a, \"b\"", x: [0, 0.5], y: [.nan, 1e-9], lower: [0, 0], upper: [1, 2])),
            .scatter(Scatter("c", x: [1e20], y: [-.infinity], values: [3])),
        ])
        #expect(
            figure.csv == #"""
                mark,series,x,y,lower,upper,value
                line,"a, ""b""",0,nan,0,1,
                line,"a, ""b""",0.5,1e-09,0,2,
                scatter,c,1e+20,-inf,,,3

                """#)
    }

    @Test func panelsAreNamed() {
        let panel = Panel(title: "p", marks: [.bars(Bars(names: ["a"], values: [1]))])
        let figure = Figure(panels: [panel, Panel(marks: panel.marks)])
        #expect(
            figure.csv == "panel,mark,name,series,value,error\np,bars,a,,1,\n2,bars,a,,1,\n")
    }

    @Test func everyRowHasAsManyFields() throws {
        for (name, figure) in try Gallery.figures() {
            let lines = figure.csv.split(separator: "\n")
            #expect(lines.count > 3, "\(name)")
            let counts = lines.map { line in
                // Commas between quotes separate nothing.
                line.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
                    .filter { $0.offset % 2 == 0 }.reduce(0) { $0 + $1.element.count { $0 == "," } }
            }
            #expect(Set(counts).count == 1, "\(name)")
        }
    }
}
