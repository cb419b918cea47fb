import KalsaePlots
import Testing

/// Ticks against cases that were worked out by hand.
@Suite struct TicksTests {
    private func labels(
        _ low: Double, _ high: Double, _ count: Int, scale: AxisScale = .linear, whole: Bool = false
    ) -> [String] {
        Ticks.along(
            AxisMap(scale: scale, low: low, high: high), count: count, wholeOnly: whole
        ).map(\.label)
    }

    @Test func stepsAreOneTwoOrFiveTimesAPowerOfTen() {
        // A fifth of the range is .2, 1.4, 1.5, 3, 7 and 20.
        #expect(labels(0, 1, 5) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(labels(0, 7, 5) == ["0", "1", "2", "3", "4", "5", "6", "7"])
        #expect(labels(0, 7.5, 5) == ["0", "2", "4", "6"])
        #expect(labels(0, 15, 5) == ["0", "5", "10", "15"])
        #expect(labels(0, 35, 5) == ["0", "10", "20", "30"])
        #expect(labels(-50, 50, 5) == ["−40", "−20", "0", "20", "40"])
    }

    @Test func ticksLieInsideOfTheRange() {
        for (low, high) in [(0.13, 0.97), (-3.3e-9, 8e-9), (1e20, 7e20), (99.5, 100.5)] {
            let ticks = Ticks.along(AxisMap(scale: .linear, low: low, high: high), count: 5)
            #expect((3...9).contains(ticks.count))
            for tick in ticks { #expect(tick.value >= low && tick.value <= high) }
            #expect(Set(ticks.map(\.label)).count == ticks.count)
        }
    }

    @Test func wholeNumbersHaveNoFractionsBetween() {
        #expect(
            labels(0, 2, 8) == [
                "0.0", "0.2", "0.4", "0.6", "0.8", "1.0", "1.2", "1.4", "1.6", "1.8", "2.0",
            ])
        #expect(labels(0, 2, 8, whole: true) == ["0", "1", "2"])
    }

    @Test func oneTickIsNoScale() {
        // Steps of 5 would leave the 0 alone.
        #expect(labels(-4, 4, 2) == ["−4", "−2", "0", "2", "4"])
        #expect(labels(0.9, 1.4, 2).count >= 2)
        // Between 3 and 3.5 is one whole number.
        #expect(labels(2.9, 3.5, 4, whole: true) == ["3"])
    }

    /// Ticks of parallel axes and scales of colors, where all values are counts.
    @Test func countsHaveNoHalves() throws {
        let figure = Figure(marks: [
            .parallel(
                ParallelCoordinates(
                    axes: [ParallelAxis("units"), ParallelAxis("layers")],
                    rows: [[1, 2], [2, 1], [3, 2]], values: [0, 1, 2], valueLabel: "trial"))
        ])
        let words = try figure.drawing(width: 640, height: 400).elements.compactMap {
            if case .text(let label) = $0 { label.text } else { nil }
        }
        #expect(!words.contains { $0.contains(".") }, "\(words)")
        #expect(words.count { $0 == "2" } == 3)
    }

    /// A map has points between its corners, also where its axis counts.
    @Test func axesOfCountsHaveWholeTicks() throws {
        let map = HeatMap(
            rows: 2, columns: 2, values: [1, 2, 3, 4], xRange: 0.9...3.1, yRange: 0...1)
        for isWhole in [true, nil] {
            let drawing = try Figure(x: Axis("layers", isWhole: isWhole), marks: [.heatMap(map)])
                .drawing(width: 640, height: 400)
            let words = drawing.elements.compactMap { element -> String? in
                guard case .text(let label) = element, label.point.y > 350 else { return nil }
                return label.text
            }
            let hasHalves = words.contains { $0.hasSuffix(".5") || $0.hasSuffix(".2") }
            #expect(hasHalves == (isWhole == nil), "\(words)")
        }
    }

    @Test func valuesAreTheNearestToTheirTexts() {
        // .1 + .2 is not .3, but 3 · 10^−1 is.
        let ticks = Ticks.along(AxisMap(scale: .linear, low: 0, high: 1), count: 10)
        #expect(ticks.count == 11)
        #expect(ticks.map(\.value) == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
    }

    @Test func largeAndSmallNumbersAreShort() {
        #expect(labels(0, 50_000, 5) == ["0", "10,000", "20,000", "30,000", "40,000", "50,000"])
        #expect(labels(0, 500_000, 5) == ["0", "100k", "200k", "300k", "400k", "500k"])
        #expect(labels(0, 5e6, 5) == ["0", "1M", "2M", "3M", "4M", "5M"])
        #expect(labels(0, 2.5e6, 5) == ["0", "0.5M", "1.0M", "1.5M", "2.0M", "2.5M"])
        #expect(labels(0, 5e20, 5) == ["0", "10²⁰", "2×10²⁰", "3×10²⁰", "4×10²⁰", "5×10²⁰"])
        #expect(labels(0, 5e-7, 5) == ["0", "10⁻⁷", "2×10⁻⁷", "3×10⁻⁷", "4×10⁻⁷", "5×10⁻⁷"])
    }

    @Test func decadesHaveMinorTicksBetween() {
        let ticks = Ticks.along(AxisMap(scale: .log, low: 0.01, high: 10), count: 6)
        #expect(ticks.filter(\.isMajor).map(\.label) == ["0.01", "0.1", "1", "10"])
        // 8 between each two of 4.
        #expect(ticks.count == 4 + 3 * 8)
        let wide = labels(1e-8, 1, 4, scale: .log).filter { !$0.isEmpty }
        #expect(wide == ["10⁻⁶", "10⁻³", "10⁰"])
        // Where there is room, 2 and 5 have labels too.
        let short = labels(0.15, 25, 8, scale: .log).filter { !$0.isEmpty }
        #expect(short == ["0.2", "0.5", "1", "2", "5", "10", "20"])
    }

    @Test func aPartOfADecadeHasRoundNumbers() {
        let labels = labels(2, 9, 5, scale: .log).filter { !$0.isEmpty }
        #expect(labels == ["2", "5"])
        #expect(self.labels(2.1, 2.4, 4, scale: .log).count >= 2)
    }

    @Test func extremesHaveTicksToo() {
        for (low, high) in [(-8e307, 8e307), (1e300, 1.5e300), (1e-300, 5e-300), (0, 1e-307)] {
            let map = Extent([low, high]).map(Axis(), margin: 0.05)
            for tick in Ticks.along(map, count: 5) { #expect(tick.value.isFinite) }
        }
        for scale in AxisScale.allCases {
            let map = Extent([1e-300, 1e300]).map(Axis(scale: scale), margin: 0.05)
            let ticks = Ticks.along(map, count: 5)
            #expect(ticks.filter(\.isMajor).count >= 2)
            #expect(ticks.count < 100)
        }
    }
}

/// Numbers as text.
@Suite struct NumberTextTests {
    @Test func coordinatesHaveAtMostTwoDecimals() {
        let cases: [(Double, String)] = [
            (0, "0"), (1, "1"), (-1, "-1"), (0.5, "0.5"), (0.05, "0.05"), (-0.004, "0"),
            (-0.25, "-0.25"), (12.345, "12.35"), (1e6 + 0.1, "1000000.1"), (.nan, "0"),
            (.infinity, "0"),
        ]
        for (value, text) in cases { #expect(NumberText.coordinate(value) == text) }
    }

    @Test func numbersAreRoundedToDigits() {
        let cases: [(Double, String)] = [
            (0, "0"), (1, "1"), (1234, "1230"), (0.012345, "0.0123"), (-0.5, "−0.5"),
            (99.95, "100"), (999.6, "1000"), (123_456, "123,000"), (1.5e9, "1.5×10⁹"),
            (1e-9, "10⁻⁹"),
            (-2.25e-12, "−2.25×10⁻¹²"), (.nan, "NaN"), (.infinity, "∞"), (-.infinity, "−∞"),
            (1.797e308, "1.8×10³⁰⁸"), (.leastNonzeroMagnitude, "4.94×10⁻³²⁴"),
        ]
        for (value, text) in cases { #expect(NumberText.short(value) == text) }
    }

    @Test func thousandsAreApart() {
        #expect(NumberText.count(9999) == "9999")
        #expect(NumberText.count(10_000) == "10,000")
        #expect(NumberText.count(-1_234_567) == "−1,234,567")
        #expect(NumberText.plain(5, exponent: -3) == "0.005")
        #expect(NumberText.plain(-12, exponent: -1) == "−1.2")
        #expect(NumberText.rounded(0.12345, decimals: 3) == "0.123")
    }
}
