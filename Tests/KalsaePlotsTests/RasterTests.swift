import KalsaePlots
import Testing

/// Figures as pixels.
@Suite struct RasterTests {
    private func drawing(_ elements: [Drawing.Element], _ width: Double = 40, _ height: Double = 40)
        -> Drawing
    {
        Drawing(
            width: width, height: height, title: "", summary: "", theme: .light, elements: elements)
    }

    /// The columns that are not white.
    private func ink(_ pixels: Drawing.Pixels) -> ClosedRange<Int>? {
        var (low, high) = (Int.max, -1)
        for y in 0..<pixels.height {
            for x in 0..<pixels.width where pixels[x, y] != .white {
                (low, high) = (min(low, x), max(high, x))
            }
        }
        return high < 0 ? nil : low...high
    }

    @Test func areasCoverTheirPixels() throws {
        let black = Drawing.Color.black
        let area = Drawing.Rectangle(x: 10, y: 5.5, width: 20, height: 10)
        let pixels = try drawing([.rectangle(area, fill: black, stroke: nil)]).raster()
        #expect(pixels.width == 40 && pixels.height == 40)
        #expect(pixels[10, 6] == .black && pixels[29, 14] == .black)
        #expect(pixels[9, 10] == .white && pixels[30, 10] == .white)
        // Half of the pixel is covered.
        #expect(pixels[20, 5].red == 128 && pixels[20, 15].red == 128)
        let doubled = try drawing([.rectangle(area, fill: black, stroke: nil)]).raster(scale: 2)
        #expect(doubled.width == 80 && doubled[20, 11] == .black && doubled[20, 10] == .white)
    }

    @Test func shapesCoverAsMuchAsTheyAreLarge() throws {
        func covered(_ element: Drawing.Element) throws -> Double {
            let pixels = try drawing([element]).raster()
            var sum = 0.0
            for y in 0..<40 { for x in 0..<40 { sum += 1 - Double(pixels[x, y].red) / 255 } }
            return sum
        }
        let (black, middle) = (Drawing.Color.black, Drawing.Point(20, 20))
        // An edge is off by no more than a tenth of a pixel a unit of its length.
        let disk = try covered(.disks([Drawing.Disk(middle, radius: 10)], fill: black, stroke: nil))
        #expect(abs(disk - 100 * .pi) < 6.3)
        let triangle = try covered(
            .polygon([Drawing.Point(5, 5), Drawing.Point(35, 5), Drawing.Point(5, 35)], black))
        #expect(abs(triangle - 450) < 10)
        let line = try covered(
            .polyline(
                [Drawing.Point(5, 20), Drawing.Point(35, 20)], Drawing.Stroke(black, width: 4)))
        // With round ends of radius 2.
        #expect(abs(line - (120 + 4 * .pi)) < 7)
        // Where two stretches meet, the one that covers more of a pixel counts: 17.5 is on the first
        // and 2.5 from the second, which ends to be seen at 2.3 + .5.
        let corner = [Drawing.Point(5, 20), Drawing.Point(20, 20), Drawing.Point(20, 5)]
        let bent = try drawing([.polyline(corner, Drawing.Stroke(black, width: 4.6))]).raster()
        #expect(bent[17, 19] == .black && bent[17, 20] == .black)
        // A line that goes over itself covers once.
        let gray = Drawing.Color(0, 0, 0, alpha: 128)
        let twice = try drawing([
            .polyline(
                [Drawing.Point(5, 20), Drawing.Point(35, 20), Drawing.Point(5, 20)],
                Drawing.Stroke(gray, width: 4))
        ]).raster()
        #expect(twice[20, 20].red == 127)
    }

    @Test func clipsAndFarPointsDoNoHarm() throws {
        let far = [Drawing.Point(-1e9, -1e9), Drawing.Point(1e9, 1e9), Drawing.Point(.nan, 3)]
        let stroke = Drawing.Stroke(.black, width: 3, dash: [3, 2])
        let pixels = try drawing([
            .clip(Drawing.Rectangle(x: 10, y: 10, width: 10, height: 10)), .polyline(far, stroke),
            .polygon(far, .black),
            .rectangle(
                Drawing.Rectangle(x: -1e9, y: -1e9, width: 2e9, height: 2e9), fill: .black,
                stroke: stroke),
            .endClip,
        ]).raster()
        #expect(pixels[15, 15] == .black && pixels[9, 15] == .white && pixels[20, 15] == .white)
    }

    @Test func wordsAreAsWideAsTheLayoutThinks() throws {
        for text in ["Loss", "iiiiiiii", "WWWW", "0.001", "칼새 학습", "10⁻³", "αβγ", "Größe"] {
            for isBold in [false, true] {
                let width = Metrics.page.width(text, size: 20, isBold: isBold)
                let label = Drawing.Label(
                    text, at: Drawing.Point(10, 20), size: 20, color: .black, isBold: isBold)
                let ink = try #require(self.ink(try drawing([.text(label)], 240).raster()))
                #expect(ink.lowerBound >= 9)
                #expect(Double(ink.upperBound) <= 11 + width)
                #expect(Double(ink.count) > width * 0.7)
            }
        }
    }

    @Test func charactersAreDrawnAndDiffer() throws {
        var seen: [UInt64: Character] = [:]
        let ascii = (0x21...0x7e).compactMap { Unicode.Scalar($0) }.map { Character($0) }
        let others = Array("αβγδεζηθκλμνπρστφχψωΓΔΛΠΣΩ∂∇√×·…°±∞≤≥→äöüßéè⁰¹²³⁻가나다라힣뷁쌓")
        for character in ascii + others {
            let label = Drawing.Label(
                String(character), at: Drawing.Point(10, 20), size: 24, color: .black)
            let pixels = try drawing([.text(label)]).raster()
            #expect(ink(pixels) != nil, "\(character)")
            let other = seen.updateValue(character, forKey: pixels.bytes.checksum)
            // A Greek ν is a v, and so on.
            if let other { #expect("ντχγ".contains(character), "\(character) is \(other)") }
        }
    }

    @Test func figuresHaveTheirGroundAndTheirColors() throws {
        for theme in Theme.allCases {
            let figure = Figure(
                y: Axis(low: 0, high: 2), marks: [.bars(Bars(names: ["a"], values: [1]))],
                theme: theme)
            let pixels = try figure.raster(width: 200, height: 150)
            #expect(pixels[0, 0] == theme.background)
            var bars = 0
            for y in 0..<150 { for x in 0..<200 where pixels[x, y] == theme.color(0) { bars += 1 } }
            #expect(bars > 1000)
        }
    }
}
