import KalsaePlots
import Testing

/// Where things are, by derivation.
@Suite struct LayoutTests {
    /// The frame between the axes, and the middles of all disks.
    private func layout(_ figure: Figure, _ width: Double = 640, _ height: Double = 400) throws -> (
        frame: Drawing.Rectangle, disks: [Drawing.Point]
    ) {
        var frame: Drawing.Rectangle?
        var disks: [Drawing.Point] = []
        for element in try figure.drawing(width: width, height: height).elements {
            if case .clip(let area) = element { frame = area }
            if case .disks(let some, _, _) = element { disks += some.map(\.center) }
        }
        return (try #require(frame), disks)
    }

    private func isNear(_ a: Drawing.Point, _ b: Drawing.Point) -> Bool {
        abs(a.x - b.x) < 1e-6 && abs(a.y - b.y) < 1e-6
    }

    @Test func theMiddleOfALinearAxisIsTheMiddleOfTheFrame() throws {
        for (low, high) in [(0.0, 10.0), (-3, 5), (1e-300, 3e-300), (-8e307, 8e307)] {
            let middle = low / 2 + high / 2
            let figure = Figure(
                x: Axis("x", low: low, high: high), y: Axis("y", low: low, high: high),
                marks: [.scatter(Scatter(x: [middle, low, high], y: [middle, high, low]))])
            let (frame, disks) = try layout(figure)
            #expect(disks.count == 3)
            guard disks.count == 3 else { continue }
            #expect(isNear(disks[0], frame.middle))
            #expect(isNear(disks[1], Drawing.Point(frame.x, frame.y)))
            #expect(isNear(disks[2], Drawing.Point(frame.maxX, frame.maxY)))
        }
    }

    @Test func theMiddleOfALogarithmicAxisIsTheGeometricMean() throws {
        for (low, high, middle) in [(1.0, 100.0, 10.0), (1e-200, 1e200, 1), (0.25, 4, 1)] {
            let axis = Axis("a", scale: .log, low: low, high: high)
            let figure = Figure(
                x: axis, y: axis, marks: [.scatter(Scatter(x: [middle], y: [middle]))])
            let (frame, disks) = try layout(figure)
            #expect(disks.count == 1)
            #expect(disks.allSatisfy { isNear($0, frame.middle) })
        }
    }

    /// What is cut off above takes no margin below.
    @Test func marginsAreOfWhatIsShown() throws {
        let figure = Figure(
            y: Axis("y", high: 2), marks: [.scatter(Scatter(x: [0, 1, 2], y: [0, 1, 1000]))])
        let (frame, disks) = try layout(figure)
        // A twentieth of the range that is shown, 2, of 2.1 in all.
        let zero = try #require(disks.first)
        #expect(abs((frame.maxY - zero.y) / frame.height - 0.1 / 2.1) < 1e-9)
    }

    /// A legend that must stand inside hides no names of events.
    @Test func legendsKeepOffTheNamesOfEvents() throws {
        let lines = ["a name of some length", "another name of it"].map {
            Mark.line(Series($0, x: [0, 1, 2], y: [2, 0.1, 0]))
        }
        let events = Events(x: [1.2, 1.3], names: ["rate 0.002", "rate 0.0002"])
        var figure = Figure(marks: lines + [.events(events)])
        figure.legend = .inside
        let elements = try figure.drawing(width: 320, height: 260).elements
        var (box, names): (Drawing.Rectangle?, [Drawing.Label]) = (nil, [])
        for element in elements {
            // Of the rectangles the legend's ground alone has a border.
            if case .rectangle(let area, _, .some) = element { box = area }
            if case .text(let label) = element, label.text.hasPrefix("rate") { names.append(label) }
        }
        let ground = try #require(box)
        #expect(names.count == 2)
        for name in names {
            let isBeside = name.point.x > ground.maxX || name.point.y - name.size > ground.maxY
            #expect(isBeside || name.point.y + name.size < ground.y, "\(name), \(ground)")
        }
    }

    @Test func barsStandOnZeroAndAreInProportion() throws {
        let figure = Figure(marks: [.bars(Bars(names: ["a", "b", "c"], values: [1, 2, -1]))])
        let areas = try figure.drawing(width: 640, height: 400).elements.compactMap {
            element -> Drawing.Rectangle? in
            if case .rectangle(let area, let fill, _) = element, fill == Theme.light.color(0) {
                return area
            }
            return nil
        }
        #expect(areas.count == 3)
        guard areas.count == 3 else { return }
        #expect(abs(areas[1].height - 2 * areas[0].height) < 1e-6)
        #expect(abs(areas[2].height - areas[0].height) < 1e-6)
        #expect(abs(areas[0].maxY - areas[1].maxY) < 1e-6)
        #expect(abs(areas[2].y - areas[0].maxY) < 1e-6)
        #expect(areas[0].maxX < areas[1].x && areas[1].maxX < areas[2].x)
    }

    @Test func wordsStayInsideAndDoNotRunIntoEachOther() throws {
        let long = (0..<14).map { "분류 이름 \($0) of some length" }
        var figures = try Gallery.figures()
        figures.append(
            (
                "long",
                Figure(marks: [.bars(Bars(names: long, values: long.map { Double($0.count) }))])
            ))
        figures.append(
            (
                "wide",
                Figure(y: Axis("y"), marks: [.line(Series(x: [0, 1], y: [123_456.5, 123_456.6]))])
            ))
        figures.append(
            ("title", Figure(title: String(repeating: "아주 긴 제목 ", count: 40), marks: [])))
        for (name, figure) in figures {
            for (width, height) in [(640.0, 400.0), (320, 240), (1200, 800)] {
                let drawing = try figure.drawing(width: width, height: height)
                var boxes: [(text: String, box: Drawing.Rectangle)] = []
                for element in drawing.elements {
                    guard case .text(let label) = element, label.angle == 0 else { continue }
                    let wide = Metrics.page.width(
                        label.text, size: label.size, isBold: label.isBold)
                    let start =
                        label.anchor == .start
                        ? label.point.x : label.point.x - wide * (label.anchor == .end ? 1 : 0.5)
                    #expect(
                        start > -1 && start + wide < width + 1, "\(name) \(width): \(label.text)")
                    #expect(label.point.y > 0 && label.point.y < height, "\(name): \(label.text)")
                    // Of its height, capitals take less than .8.
                    boxes.append(
                        (
                            label.text,
                            Drawing.Rectangle(
                                x: start, y: label.point.y - label.size * 0.4, width: wide / 1.09,
                                height: label.size * 0.8)
                        ))
                }
                // Numbers at arcs of a graph may meet where there is no space at all.
                guard name != "graph", name != "parallel" || width > 600 else { continue }
                for (index, a) in boxes.enumerated() {
                    for b in boxes[..<index] {
                        let apart =
                            a.box.maxX <= b.box.x || b.box.maxX <= a.box.x
                            || a.box.maxY <= b.box.y || b.box.maxY <= a.box.y
                        #expect(apart, "\(name) \(width): \(a.text) and \(b.text)")
                    }
                }
            }
        }
    }

    @Test func legendsHaveATitle() throws {
        let marks = [0.1, 0.3].map { Mark.line(Series("\($0)", x: [0, 1], y: [$0, 1])) }
        func words(_ title: String?) throws -> [Drawing.Label] {
            try Figure(marks: marks, legend: .right, legendTitle: title)
                .drawing(width: 640, height: 400).elements.compactMap {
                    if case .text(let label) = $0 { label } else { nil }
                }
        }
        let titled = try words("learning rate")
        #expect(titled.count == (try words(nil).count) + 1)
        let title = try #require(titled.first { $0.text == "learning rate" })
        let names = titled.filter { ["0.1", "0.3"].contains($0.text) && $0.point.x > 500 }
        #expect(names.count == 2 && names.allSatisfy { $0.point.y > title.point.y + 10 })
        let width = Metrics.page.width(title.text, size: title.size)
        #expect(title.point.x + width <= 640)
    }

    @Test func colorsOfPointsHaveARangeThatIsGiven() throws {
        func ends(_ range: ClosedRange<Double>?) throws -> [String] {
            let scatter = Scatter(
                x: [0, 1], y: [0, 1], values: [0.5, 0.75], valueRange: range, valueLabel: "v")
            return try Figure(marks: [.scatter(scatter)]).drawing(width: 640, height: 400)
                .elements.compactMap {
                    if case .text(let label) = $0, label.point.x > 590 { label.text } else { nil }
                }
        }
        #expect(try ends(0...4) == ["0", "1", "2", "3", "4", "v"])
        #expect(try !ends(nil).contains("4"))
    }

    @Test func slantedWordsStayInside() throws {
        let names = (0..<20).map { "a rather long name \($0)" }
        let figure = Figure(marks: [
            .bars(Bars(names: names, values: names.indices.map(Double.init)))
        ])
        let labels = try figure.drawing(width: 640, height: 400).elements.compactMap {
            element -> Drawing.Label? in
            if case .text(let label) = element, label.angle != 0 { return label }
            return nil
        }
        #expect(labels.count == 20)
        for label in labels {
            let width = Metrics.page.width(label.text, size: label.size)
            #expect(label.angle == -40 && label.anchor == .end)
            // cos 40° and sin 40°.
            #expect(label.point.x - width * 0.766 > -1)
            #expect(label.point.y + width * 0.643 < 401)
        }
    }

    @Test func panelsFillAGrid() throws {
        let panel = Panel(x: Axis("x"), marks: [.line(Series(x: [0, 1], y: [0, 1]))])
        for (count, columns, rows) in [(1, 1, 1), (2, 2, 1), (4, 2, 2), (5, 3, 2), (9, 3, 3)] {
            let figure = Figure(panels: Array(repeating: panel, count: count))
            let frames = try figure.drawing(width: 900, height: 900).elements.compactMap {
                element -> Drawing.Rectangle? in
                if case .clip(let frame) = element { return frame }
                return nil
            }
            #expect(frames.count == count)
            #expect(Set(frames.map { $0.x.rounded() }).count == columns)
            #expect(Set(frames.map { $0.y.rounded() }).count == rows)
            for (a, b) in zip(frames, frames.dropFirst()) {
                #expect(a.maxX <= b.x || a.maxY <= b.y)
            }
        }
    }
}
