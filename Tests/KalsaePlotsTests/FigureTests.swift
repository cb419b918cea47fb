import KalsaePlots
import KalsaeSupport
import Testing

/// Every kind of figure as a document.
@Suite struct FigureTests {
    @Test func theExampleOfTheGuideWorks() throws {
        let steps = (0..<200).map(Double.init)
        let losses = steps.map { 2 / (1 + $0) }
        let figure = Figure(
            title: "Loss", x: Axis("step"), y: Axis("loss", scale: .log),
            marks: [
                .line(Series("train", x: steps, y: losses)),
                .line(Series("validation", x: [0, 100, 199], y: [2, 0.1, 0.05])),
            ])
        let document = XMLCheck(try figure.svg(width: 640, height: 400))
        #expect(document.faults == [])
        #expect(document.named("svg").first?.attributes["width"] == "640")
        for text in ["Loss", "step", "loss", "train", "validation"] {
            #expect(document.texts.count { $0 == text } == 1)
        }
        #expect(try figure.terminal(width: 80, height: 20).contains("validation"))
        let pixels = try figure.raster(width: 640, height: 400)
        #expect(pixels.bytes.count == 640 * 400 * 4)
        #expect(figure.csv.hasPrefix("mark,series,x,y\nline,train,0,2\nline,train,1,1\n"))
    }

    @Test func everyFigureIsAWellFormedDocumentOfItsOwn() throws {
        let figures = try Gallery.figures()
        #expect(figures.count == 16)
        for (name, figure) in figures {
            for theme in Theme.allCases {
                for (width, height) in [(640.0, 400.0), (80, 60), (1600, 200)] {
                    let text = try figure.themed(theme).svg(width: width, height: height)
                    let document = XMLCheck(text)
                    #expect(document.faults == [], "\(name) at \(width) x \(height)")
                    let root = try #require(document.elements.first)
                    #expect(root.name == "svg" && root.attributes["role"] == "img")
                    #expect(document.elements[1].name == "title")
                    #expect(document.elements[2].name == "desc")
                    #expect(!document.elements[2].text.isEmpty)
                    // The only address is the name of the format.
                    #expect(text.components("http") == 2)
                    #expect(!text.contains("href"))
                    #expect(document.numbersAreFinite)
                    #expect(document.elements.allSatisfy { $0.attributes["id"] == nil })
                }
            }
        }
    }

    @Test func whatIsDrawnIsCounted() throws {
        func elements(_ name: String) throws -> [Drawing.Element] {
            let figure = try #require(try Gallery.figures().first { $0.name == name }).figure
            let all = try figure.drawing(width: 640, height: 400).elements
            let first = try #require(all.firstIndex { if case .clip = $0 { true } else { false } })
            return Array(all[first...].prefix { if case .endClip = $0 { false } else { true } })
        }
        func count(_ name: String, _ isCounted: (Drawing.Element) -> Bool) throws -> Int {
            try elements(name).count(where: isCounted)
        }
        let isLine: (Drawing.Element) -> Bool = { if case .polyline = $0 { true } else { false } }
        let isArea: (Drawing.Element) -> Bool = { if case .rectangle = $0 { true } else { false } }
        let isImage: (Drawing.Element) -> Bool = { if case .image = $0 { true } else { false } }
        let isText: (Drawing.Element) -> Bool = { if case .text = $0 { true } else { false } }
        // Two series and two events.
        #expect(try count("line", isLine) == 4)
        // Six values, one of them NaN, and three whiskers.
        #expect(try count("bars", isArea) == 5)
        #expect(try count("bars", isLine) == 3)
        #expect(try count("histogram", isArea) == 8)
        #expect(try count("heatMap", isImage) == 1)
        #expect(try count("heatMap", isText) == 6)
        #expect(try count("images", isImage) == 6)
        #expect(try count("images", isText) == 6)
        // A frame around each.
        #expect(try count("images", isArea) == 6)
        // Two lines in each of nine cells; three hold a 0, which has no share.
        #expect(try count("confusion", isText) == 9 * 2 - 3)
        // Whiskers, their ends and the median of three boxes.
        #expect(try count("boxes", isLine) == 3 * 5)
        #expect(try count("parallel", isLine) == 20)
        // Five arcs; five names, one detail, and two numbers an arc.
        #expect(try count("graph", isLine) == 5)
        #expect(try count("graph", isText) == 5 + 1 + 10)
    }

    @Test func theSameFigureGivesTheSameBytes() throws {
        for (name, figure) in try Gallery.figures() {
            let text = try figure.svg()
            Gallery.write(text, to: "\(name).svg")
            #expect(try text == figure.svg())
            #expect(
                try figure.raster(width: 320, height: 200) == figure.raster(width: 320, height: 200)
            )
            #expect(try figure.terminal() == figure.terminal())
            #expect(Snapshots.documents[name] == text.checksum, "\(name): \(text.checksum)")
        }
    }

    @Test func pixelsGoThroughTheEncoderThatIsGiven() throws {
        let figure = Figure(marks: [
            .images(ImageGrid(width: 2, height: 1, images: [[0, 255]]))
        ])
        var seen: [Drawing.Pixels] = []
        let text = try figure.svg { pixels throws(KalsaeError) in
            seen.append(pixels)
            return Array("PNG?".utf8)
        }
        #expect(seen.map(\.bytes) == [[0, 0, 0, 255, 255, 255, 255, 255]])
        #expect(text.contains("href=\"data:image/png;base64,UE5HPw==\""))
        #expect(XMLCheck(text).faults == [])
        #expect(throws: KalsaeError.self) {
            try figure.svg { _ throws(KalsaeError) in
                throw KalsaeError("png", expected: "memory", got: "none")
            }
        }
    }

    @Test func captionsAndLegendsAreComplete() throws {
        for (name, figure) in try Gallery.figures()
        where ["line", "bars", "regions"].contains(name) {
            let texts = XMLCheck(try figure.svg()).texts
            let names = [
                "line": ["train", "검증"], "bars": ["a", "b"], "regions": ["cat", "개", "새"],
            ]
            for entry in names[name] ?? [] { #expect(texts.contains(entry), "\(name): \(entry)") }
            var silent = figure
            silent.legend = .none
            #expect(
                try !XMLCheck(silent.svg()).texts.contains(names[name]?.last ?? "")
                    || name == "bars")
        }
    }
}

extension String {
    /// One more than how often a part is found.
    func components(_ part: String) -> Int {
        var count = 1
        var rest = Substring(self)
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
