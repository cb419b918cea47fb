import Glibc
import KalsaePlots
import KalsaeSupport

/// A figure of each kind, with data that are the same each time.
enum Gallery {
    /// Numbers in [0, 1) from a fixed generator.
    static func numbers(_ count: Int, stream: UInt64 = 1) -> [Double] {
        var state = stream
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / 9_007_199_254_740_992
        }
    }

    /// Writes a file into the folder that `KALSAE_GALLERY` names, for people who look.
    static func write(_ text: String, to name: String) {
        guard let folder = getenv("KALSAE_GALLERY").map({ String(cString: $0) }),
            let file = fopen("\(folder)/\(name)", "w")
        else { return }
        defer { fclose(file) }
        fputs(text, file)
    }

    static func figures() throws(KalsaeError) -> [(name: String, figure: Figure)] {
        let steps = (0..<60).map(Double.init)
        let falling = steps.map { 2 / (1 + $0) }
        let (a, b) = (numbers(50, stream: 3), numbers(50, stream: 4))
        let names = ["cat", "개", "새"]
        var all: [(name: String, figure: Figure)] = []
        func add(_ name: String, _ marks: [Mark], y: Axis = Axis("y")) {
            all.append((name, Figure(title: name, x: Axis("x"), y: y, marks: marks)))
        }
        add(
            "line",
            [
                .line(Series("train", x: steps, y: falling)),
                .line(Series("검증", x: [0, 30, 59], y: [2, 0.3, 0.1], hasMarkers: true)),
                .events(Events(x: [20, 40], names: ["rate", "되돌림"])),
            ], y: Axis("loss", scale: .log))
        add(
            "band",
            [
                .line(
                    Series(
                        "a", x: steps, y: falling, lower: falling.map { $0 - 0.1 },
                        upper: falling.map { $0 + 0.1 }))
            ])
        add("scatter", [.scatter(Scatter(x: a, y: b, sizes: a, values: b, valueLabel: "b"))])
        add(
            "bars",
            [
                .bars(
                    Bars(
                        names: names,
                        series: [
                            BarSeries("a", values: [1, -2, 3], errors: [0.1, 0.2, 0.3]),
                            BarSeries("b", values: [2, .nan, 1]),
                        ]))
            ])
        add("histogram", [.histogram(Histogram("a", values: a, bins: 8))])
        add(
            "heatMap",
            [
                .heatMap(
                    HeatMap(
                        rows: 2, columns: 3, values: [1, 2, 3, -1, .nan, 0], rowNames: ["r", "s"],
                        columnNames: names, colors: .diverging, label: "w", showsValues: true))
            ])
        let contour = Contour(x: -3...3, y: -2...2, count: 31) { $0 * $0 + 2 * $1 * $1 }
        add(
            "contour",
            [.contour(contour), .trail(Series("SGD", x: [-2, 1, -0.5, 0], y: [1, -0.5, 0.2, 0]))])
        add(
            "images",
            [
                .images(
                    ImageGrid(
                        width: 4, height: 4,
                        images: (0..<6).map { k in (0..<16).map { UInt8($0 * 10 + k) } },
                        captions: ["a", "b", "c", "라", "e", "f"]))
            ])
        add(
            "regions",
            [
                .regions(
                    Regions(
                        rows: 20, columns: 20, xRange: 0...1, yRange: 0...1,
                        classes: (0..<400).map { ($0 % 20 + $0 / 20) / 14 }, names: names)),
                .scatter(Scatter(x: a, y: b, colorIndex: 1)),
            ])
        add("boxes", [.boxes(Boxes(names.map { BoxSummary($0, values: a + [5]) }))])
        add(
            "parallel",
            [
                .parallel(
                    ParallelCoordinates(
                        axes: [
                            ParallelAxis("rate", scale: .log), ParallelAxis("종류", names: names),
                            ParallelAxis("width"),
                        ], rows: (0..<20).map { [0.001 + a[$0], Double($0 % 3), b[$0]] },
                        values: Array(b.prefix(20)), valueLabel: "loss"))
            ])
        all.append(
            (
                "confusion",
                .confusion(
                    title: "confusion",
                    ConfusionMatrix(names: names, counts: [5, 1, 0, 2, 7, 1, 0, 0, 9]))
            ))
        all.append(
            (
                "roc",
                try .receiverOperatingCharacteristic([
                    ScoredRows("net", scores: a, isPositive: b.map { $0 > 0.5 })
                ])
            ))
        all.append(
            (
                "precisionRecall",
                try .precisionRecall([ScoredRows("net", scores: a, isPositive: b.map { $0 > 0.5 })])
            ))
        all.append(("reliability", try .reliability(confidences: a, isRight: b.map { $0 > 0.4 })))
        add(
            "graph",
            [
                .graph(
                    GraphDiagram(
                        nodes: [
                            GraphNode("x", isOperation: false),
                            GraphNode("w", detail: "가중치", isOperation: false), GraphNode("×"),
                            GraphNode("+"), GraphNode("loss", isOperation: false),
                        ],
                        arcs: [
                            GraphArc(from: 0, to: 2, forward: 2, backward: 3),
                            GraphArc(from: 1, to: 2, forward: 3, backward: 2),
                            GraphArc(from: 2, to: 3, forward: 6, backward: 1),
                            GraphArc(from: 0, to: 3, forward: 2, backward: 1),
                            GraphArc(from: 3, to: 4, forward: 8, backward: 1),
                        ]))
            ])
        return all
    }
}

extension String {
    /// FNV-1a of the bytes.
    var checksum: UInt64 { Array(utf8).checksum }
}

extension [UInt8] {
    var checksum: UInt64 {
        reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    }
}
