import KalsaePlots
import KalsaeSupport
import Testing

@Suite struct HTMLDocumentTests {
    private let figure = Figure(
        title: "loss", x: Axis("step"), y: Axis("loss"),
        marks: [.line(Series("train", x: [0, 1, 2], y: [3, 2, 1]))])

    /// A figure that is broader than the text is scrolled and never made smaller.
    @Test func broadFiguresKeepTheirSize() throws {
        let figure = Figure(marks: [.line(Series(y: [1, 2]))])
        for (width, isBroad) in [(640.0, false), (1200, true)] {
            let text = try HTMLDocument(
                title: "t", blocks: [.figure(figure, width: width, height: 300)]
            ).html()
            #expect(text.contains("<figure class=\"broad\" tabindex=\"0\">") == isBroad)
            #expect(text.contains("<figure>") != isBroad)
        }
    }

    @Test func aPageHoldsWhatItIsGiven() throws {
        let page = HTMLDocument(
            title: "A page", language: "ko",
            blocks: [
                .heading("Numbers"), .text("Two facts."),
                .facts([("rows", "12"), ("loss", "0.5")]),
                .table(
                    caption: "Classes", columns: ["class", "rows"],
                    rows: [["a", "3"], ["b", "-"]]),
                .figure(figure, width: 300, height: 200),
            ])
        let html = try page.html()
        #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"ko\">"))
        for text in [
            "<title>A page</title>", "<h1>A page</h1>", "<h2>Numbers</h2>", "<p>Two facts.</p>",
            "<dt>loss</dt><dd>0.5</dd>", "<caption>Classes</caption>",
            "<tr><td>a</td><td class=\"number\">3</td></tr>",
        ] {
            #expect(html.contains(text), "\(text)")
        }
        // A figure is there light and dark.
        #expect(html.components(of: "role=\"img\"").count == 3)
        #expect(html == (try page.html()))
    }

    @Test func wordsOfDataAreNoMarkup() throws {
        let hostile = "<script>alert('x')</script>\"&\u{202e}"
        let page = HTMLDocument(
            title: hostile, language: "\"><script>",
            blocks: [
                .heading(hostile), .text(hostile), .facts([(hostile, hostile)]),
                .table(caption: hostile, columns: [hostile], rows: [[hostile]]),
                .figure(
                    Figure(title: hostile, marks: [.line(Series(hostile, y: [1, 2]))]), width: 300,
                    height: 200),
            ])
        let html = try page.html()
        #expect(!html.contains("<script"))
        #expect(!html.contains("\u{202e}"))
        #expect(html.contains("&lt;script&gt;alert('x')"))
    }

    /// Nothing is asked for outside: the only address is the name of SVG's namespace.
    @Test func aPageAsksForNothing() throws {
        let html = try HTMLDocument(
            title: "t", blocks: [.figure(figure, width: 300, height: 200)]
        ).html()
        let rest = html.replacing("http://www.w3.org/2000/svg", with: "")
        for word in ["http:", "https:", "url(", "src=", "href=", "@import"] {
            #expect(!rest.contains(word), "\(word)")
        }
    }

    @Test func aFigureThatCannotBeDrawnIsAnError() {
        let wrong = Figure(marks: [.line(Series(x: [1], y: [1, 2]))])
        #expect(throws: KalsaeError.self) {
            try HTMLDocument(
                title: "t", blocks: [.figure(wrong, width: 300, height: 200)]
            ).html()
        }
    }
}

extension String {
    fileprivate func components(of separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
