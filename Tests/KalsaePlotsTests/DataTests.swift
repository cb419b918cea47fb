import FoundationEssentials
import KalsaePlots
import KalsaeSupport
import Testing

/// Data that break charts: each gives a figure or one line that says why not.
@Suite struct DataTests {
    /// Draws a figure in all ways.
    private func draw(_ figure: Figure, _ name: String) throws {
        let text = try figure.svg(width: 320, height: 240)
        let document = XMLCheck(text)
        #expect(document.faults == [], "\(name)")
        #expect(document.numbersAreFinite, "\(name)")
        #expect(try figure.raster(width: 160, height: 120).bytes.count == 160 * 120 * 4)
        for color in TerminalColor.allCases {
            _ = try figure.terminal(width: 40, height: 12, color: color)
        }
        _ = figure.csv
    }

    private static let lists: [(String, [Double])] = [
        ("empty", []), ("one", [3]), ("zero", [0]), ("equal", [2, 2, 2]), ("NaN", [.nan, .nan]),
        ("gaps", [1, .nan, 2, .nan, .nan, 3, 4]), ("infinite", [1, .infinity, -.infinity, 2]),
        ("huge", [1e300, -1e300, 1e308]),
        ("ends", [-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude]),
        ("tiny", [1e-300, 2e-300, 5e-300]), ("least", [0, .leastNonzeroMagnitude]),
        ("wide", [1e-300, 1, 1e300]), ("near", [1, 1.0000000000000002]),
        ("negative", [-5, -1, -3]),
        ("far", [1e15, 1e15 + 1]), ("minus zero", [-0.0, 0.0]),
    ]

    @Test(arguments: lists.map(\.0)) func everyKindTakesOddNumbers(_ name: String) throws {
        let values = try #require(Self.lists.first { $0.0 == name }).1
        let index = values.indices.map(Double.init)
        for scale in AxisScale.allCases {
            for (x, y) in [(index, values), (values, index), (values, values)] {
                let marks: [Mark] = [
                    .line(Series("a", x: x, y: y, lower: y, upper: x, hasMarkers: true)),
                    .trail(Series("b", x: x, y: y)),
                    .scatter(Scatter("c", x: x, y: y, sizes: y, values: x)),
                    .events(Events(x: x, names: x.map { "\($0)" })),
                    .reference(Reference("d", x: x, y: y)),
                ]
                for mark in marks {
                    try draw(
                        Figure(
                            x: Axis("x", scale: scale), y: Axis("y", scale: scale), marks: [mark]),
                        name)
                }
            }
            let names = values.map { "\($0)" }
            try draw(
                Figure(
                    y: Axis(scale: scale),
                    marks: [
                        .bars(
                            Bars(
                                names: names,
                                series: [BarSeries("a", values: values, errors: values)]))
                    ]), name)
            try draw(
                Figure(y: Axis(scale: scale), marks: [.histogram(Histogram(values: values))]), name)
            try draw(
                Figure(
                    y: Axis(scale: scale), marks: [.boxes(Boxes([BoxSummary("a", values: values)]))]
                ), name)
        }
        try draw(
            Figure(marks: [
                .heatMap(HeatMap(rows: 1, columns: values.count, values: values, showsValues: true))
            ]), name)
        try draw(
            Figure(marks: [
                .contour(
                    Contour(x: values.indices.map(Double.init), y: [0, 1], values: values + values))
            ]), name)
        let axes = [ParallelAxis("a"), ParallelAxis("b", scale: .log)]
        try draw(
            Figure(marks: [
                .parallel(
                    ParallelCoordinates(axes: axes, rows: values.map { [$0, $0] }, values: values))
            ]), name)
    }

    @Test func nothingAtAllIsAFigure() throws {
        try draw(Figure(marks: []), "no marks")
        try draw(Figure(panels: []), "no panels")
        try draw(Figure(marks: [.bars(Bars(names: [], series: []))]), "no bars")
        try draw(Figure(marks: [.heatMap(HeatMap(rows: 0, columns: 0, values: []))]), "no cells")
        try draw(Figure(marks: [.images(ImageGrid(width: 1, height: 1, images: []))]), "no images")
        try draw(Figure(marks: [.graph(GraphDiagram(nodes: [], arcs: []))]), "no nodes")
        try draw(Figure(marks: [.boxes(Boxes([]))]), "no boxes")
        try draw(Figure(marks: [.confusion(ConfusionMatrix(names: [], counts: []))]), "no classes")
        try draw(Figure(marks: [.histogram(Histogram(edges: [], counts: []))]), "no bins")
    }

    @Test func listsOfDifferentLengthsAreRefused() throws {
        let marks: [Mark] = [
            .line(Series(x: [1], y: [])), .line(Series(x: [1], y: [1], lower: [1])),
            .scatter(Scatter(x: [], y: [1])), .scatter(Scatter(x: [1], y: [1], sizes: [1, 2])),
            .bars(Bars(names: ["a"], values: [1, 2])), .events(Events(x: [1], names: [])),
            .histogram(Histogram(edges: [1, 2], counts: [1, 2])),
            .histogram(Histogram(edges: [2, 1], counts: [1])),
            .heatMap(HeatMap(rows: 2, columns: 2, values: [1])),
            .heatMap(HeatMap(rows: Int.max, columns: 2, values: [])),
            .heatMap(HeatMap(rows: -1, columns: -1, values: [1])),
            .heatMap(HeatMap(rows: 1, columns: 1, values: [1], rowNames: ["a", "b"])),
            .contour(Contour(x: [0, 1], y: [0, 1], values: [1])),
            .contour(Contour(x: [1, 0], y: [0, 1], values: [1, 2, 3, 4])),
            .images(ImageGrid(width: 2, height: 2, images: [[1]])),
            .images(ImageGrid(width: 0, height: 2, images: [])),
            .images(ImageGrid(width: 1, height: 1, channels: 2, images: [[1, 2]])),
            .regions(Regions(rows: 1, columns: 1, xRange: 0...1, yRange: 0...1, classes: [])),
            .regions(Regions(rows: 1, columns: 1, xRange: 0...1, yRange: 0...1, classes: [.max])),
            .parallel(ParallelCoordinates(axes: [ParallelAxis("a")], rows: [])),
            .parallel(
                ParallelCoordinates(axes: [ParallelAxis("a"), ParallelAxis("b")], rows: [[1]])),
            .confusion(ConfusionMatrix(names: ["a"], counts: [])),
            .confusion(ConfusionMatrix(names: ["a"], counts: [-1])),
            .graph(
                GraphDiagram(nodes: [GraphNode("a")], arcs: [GraphArc(from: 0, to: 1, forward: "")])
            ),
            .graph(
                GraphDiagram(nodes: [GraphNode("a")], arcs: [GraphArc(from: 0, to: 0, forward: "")])
            ),
        ]
        for mark in marks {
            let figure = Figure(marks: [mark])
            #expect(throws: KalsaeError.self, "\(mark)") { try figure.svg() }
            #expect(throws: KalsaeError.self) { try figure.terminal() }
            #expect(figure.csv == "mark\n")
        }
    }

    @Test func axesAndSizesThatCannotBeAreRefused() throws {
        let mark = Mark.line(Series(x: [1, 2], y: [1, 2]))
        let axes = [
            Axis(low: 2, high: 1), Axis(low: 1, high: 1), Axis(low: .nan), Axis(high: .infinity),
            Axis(scale: .log, low: 0), Axis(scale: .log, high: -1),
        ]
        for axis in axes {
            #expect(throws: KalsaeError.self) { try Figure(x: axis, marks: [mark]).svg() }
        }
        let figure = Figure(marks: [mark])
        for size in [0, -1, 79, .nan, .infinity, 1e9] {
            #expect(throws: KalsaeError.self) { try figure.svg(width: size, height: 400) }
        }
        for width in [0, 15, 1001] {
            #expect(throws: KalsaeError.self) { try figure.terminal(width: width, height: 20) }
        }
        for scale in [0, 5] {
            #expect(throws: KalsaeError.self) { try figure.raster(scale: scale) }
        }
        #expect(throws: KalsaeError.self) { try figure.raster(width: 16_384, height: 16_384) }
        // An end alone leaves the other to the data, even where those lie on its other side.
        for axis in [Axis(low: 100), Axis(high: -100), Axis(scale: .log, low: 1e6)] {
            try draw(Figure(x: axis, y: axis, marks: [mark]), "\(axis)")
        }
    }

    @Test func panelsMayBeTooManyToSee() throws {
        let panel = Panel(
            title: "a", x: Axis("x"), y: Axis("y"),
            marks: [
                .line(Series("a", x: [0, 1], y: [0, 1])), .bars(Bars(names: ["b"], values: [1])),
                .heatMap(HeatMap(rows: 1, columns: 1, values: [1], label: "c")),
            ])
        let figure = Figure(panels: Array(repeating: panel, count: 100))
        try draw(figure, "panels")
        #expect(XMLCheck(try figure.svg(width: 80, height: 60)).faults == [])
        _ = try figure.terminal(width: 16, height: 5)
        #expect(throws: KalsaeError.self) {
            try Figure(panels: Array(repeating: panel, count: 101)).svg()
        }
        #expect(throws: KalsaeError.self) { try Figure(panels: [panel], columns: 0).svg() }
    }

    @Test func deepGraphsAreDrawnOrRefused() throws {
        let nodes = (0..<2000).map { GraphNode("\($0)") }
        let chain = (0..<1999).map { GraphArc(from: $0, to: $0 + 1, forward: "") }
        try draw(Figure(marks: [.graph(GraphDiagram(nodes: nodes, arcs: chain))]), "chain")
        let long = (0..<1900).map { GraphArc(from: $0, to: $0 + 100, forward: "") }
        #expect(throws: KalsaeError.self) {
            try Figure(marks: [.graph(GraphDiagram(nodes: nodes, arcs: chain + long))]).svg()
        }
    }

    @Test func drawingsOfOthersDoNoHarm() throws {
        let black = Drawing.Color.black
        for odd in [Double.nan, .infinity, -.infinity, 1e300, -1e300] {
            let point = Drawing.Point(odd, 1)
            let area = Drawing.Rectangle(x: odd, y: 1, width: odd, height: odd)
            let stroke = Drawing.Stroke(black, width: odd, dash: [odd])
            let drawing = Drawing(
                width: 20, height: 20,
                elements: [
                    .clip(area), .polyline([point, Drawing.Point(1, 1)], Drawing.Stroke(black)),
                    .polyline([Drawing.Point(2, 2), Drawing.Point(1, 1)], stroke),
                    .rule(point, point, stroke), .polygon([point, point, point], black),
                    .rectangle(area, fill: black, stroke: stroke),
                    .disks([Drawing.Disk(point, radius: odd)], fill: black, stroke: stroke),
                    .image(area, Drawing.Pixels(width: 1, height: 1, bytes: [])), .endClip,
                    .endClip,
                    .text(Drawing.Label("a", at: point, size: odd, color: black, angle: odd)),
                ])
            #expect(XMLCheck(try drawing.svg()).faults == [])
            #expect(try drawing.raster() == Drawing(width: 20, height: 20, elements: []).raster())
            #expect(throws: KalsaeError.self) {
                try Drawing(width: odd, height: 20, elements: []).raster()
            }
        }
    }

    @Test func figuresAreCodable() throws {
        for (name, figure) in try Gallery.figures() {
            let encoder = JSONEncoder()
            encoder.nonConformingFloatEncodingStrategy = .convertToString(
                positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
            let decoder = JSONDecoder()
            decoder.nonConformingFloatDecodingStrategy = .convertFromString(
                positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
            let copy = try decoder.decode(Figure.self, from: encoder.encode(figure))
            #expect(try copy.svg() == figure.svg(), "\(name)")
        }
    }

    @Test func hostileWordsStayWords() throws {
        let words = [
            "</svg><script>alert(1)</script>", "\"><img src=x onerror=y>", "a & b &amp; <c>",
            "\u{202e}right to left", "שלום مرحبا", "line\nbreak\r\n\ttab", "\0\u{1b}[31m\u{7f}",
            "\u{fffe}\u{ffff}", String(repeating: "W", count: 10_000), "e\u{301}\u{301}\u{301}",
            "👩‍👩‍👧‍👦 🇰🇷", "]]>", "<!--", "",
        ]
        for word in words {
            let numbers = [1.0, 2, 3]
            let figure = Figure(
                title: word,
                panels: [
                    Panel(
                        title: word, x: Axis(word), y: Axis(word),
                        marks: [
                            .line(Series(word, x: numbers, y: numbers)),
                            .events(Events(x: [2], names: [word])),
                        ]),
                    Panel(marks: [
                        .bars(Bars(names: [word, "b"], series: [BarSeries(word, values: [1, 2])]))
                    ]),
                    Panel(marks: [
                        .graph(
                            GraphDiagram(
                                nodes: [GraphNode(word, detail: word), GraphNode("b")],
                                arcs: [GraphArc(from: 0, to: 1, forward: word, backward: word)]))
                    ]),
                    Panel(marks: [
                        .parallel(
                            ParallelCoordinates(
                                axes: [ParallelAxis(word), ParallelAxis(word, names: [word])],
                                rows: [[1, 0]]))
                    ]),
                ], summary: word)
            try draw(figure, word)
            let text = try figure.svg()
            #expect(
                !text.contains("<script") && !text.contains("<img") && !text.contains("\u{202e}"))
            #expect(text.utf8.count < 40_000)
            let plain = try figure.terminal(width: 80, height: 30, color: .none)
            #expect(!plain.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
        }
    }

    @Test func tenThousandNamesAreThinned() throws {
        let names = (0..<10_000).map { "category \($0)" }
        let values = Gallery.numbers(10_000)
        let figure = Figure(marks: [.bars(Bars(names: names, values: values))])
        let text = try figure.svg()
        let document = XMLCheck(text)
        #expect(document.faults == [])
        #expect(document.texts.count < 100)
        #expect(document.texts.contains { $0.hasSuffix(" of 10,000 names written") })
        // No more bars than half pixels.
        #expect(document.named("rect").count < 1300)
        try draw(figure, "names")
    }
}
