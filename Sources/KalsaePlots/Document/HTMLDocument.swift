import KalsaeSupport

/// A page of text, tables and figures as one HTML file that asks for nothing outside of itself.
///
/// Figures are drawn light and dark; the reader's system says which is shown.
public struct HTMLDocument: Sendable {
    /// A part of a page.
    public enum Block: Sendable {
        /// A heading below the page's title.
        case heading(String)
        /// A paragraph.
        case text(String)
        /// Names with what they are, a line each.
        case facts([(name: String, value: String)])
        /// A table; columns of numbers stand at the right.
        case table(caption: String, columns: [String], rows: [[String]])
        /// A figure at a size in pixels; it shrinks with the page, but one that is broader than the
        /// text stands out of it and is scrolled.
        case figure(Figure, width: Double, height: Double)
    }

    /// The page's title.
    public var title: String
    /// The language of its words, as `en` or `ko`.
    public var language: String
    /// The parts, from above.
    public var blocks: [Block]

    /// Makes a page.
    public init(title: String, language: String = "en", blocks: [Block] = []) {
        (self.title, self.language, self.blocks) = (title, language, blocks)
    }

    /// The file's text.
    ///
    /// - Parameter png: makes a PNG file of pixels, which is embedded; without it, pixels are
    ///   rectangles.
    /// - Throws: a `KalsaeError` for figures that cannot be drawn, and what `png` throws.
    public func html(
        png: ((Drawing.Pixels) throws(KalsaeError) -> [UInt8])? = nil
    ) throws(KalsaeError) -> String {
        var body = "<main>\n<h1>\(title.inHTML)</h1>\n"
        for block in blocks { body += try Self.html(block, png) + "\n" }
        return Self.page(
            title: title, language: language, style: Self.style, body: body + "</main>\n")
    }

    /// A file around a body: no script runs, and nothing is asked for outside.
    package static func page(
        title: String, language: String, style: String, body: String
    ) -> String {
        """
        <!DOCTYPE html>
        <html lang="\(language.inHTML)">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
        style-src 'unsafe-inline'; img-src data:">
        <title>\(title.inHTML)</title>
        <style>
        \(style)
        </style>
        </head>
        <body>
        \(body)</body>
        </html>

        """
    }

    private static func html(
        _ block: Block, _ png: ((Drawing.Pixels) throws(KalsaeError) -> [UInt8])?
    ) throws(KalsaeError) -> String {
        switch block {
        case .heading(let text): return "<h2>\(text.inHTML)</h2>"
        case .text(let text): return "<p>\(text.inHTML)</p>"
        case .facts(let facts):
            let lines = facts.map { "<dt>\($0.name.inHTML)</dt><dd>\($0.value.inHTML)</dd>" }
            return "<dl>\(lines.joined(separator: "\n"))</dl>"
        case .table(let caption, let columns, let rows):
            return table(caption, columns, rows)
        case .figure(let figure, let width, let height):
            let light = try figure.themed(.light).svg(width: width, height: height, png: png)
            let dark = try figure.themed(.dark).svg(width: width, height: height, png: png)
            // Text of 11 pixels would be too small in a column of text.
            let broad = width > columnWidth ? " class=\"broad\" tabindex=\"0\"" : ""
            return """
                <figure\(broad)><div class="light">\(light)</div><div class="dark">\(dark)</div></figure>
                """
        }
    }

    private static func table(_ caption: String, _ columns: [String], _ rows: [[String]]) -> String
    {
        let isNumber = columns.indices.map { column in
            rows.allSatisfy { row in
                guard row.indices.contains(column) else { return true }
                return row[column] == "-"
                    || row[column].first.map { "−-.0123456789".contains($0) } ?? true
            }
        }
        func cells(_ texts: [String], _ tag: String) -> String {
            zip(texts, isNumber).map { text, isNumber in
                "<\(tag)\(isNumber ? " class=\"number\"" : "")>\(text.inHTML)</\(tag.prefix(2))>"
            }.joined()
        }
        let head = zip(columns, isNumber).map { text, isNumber in
            "<th scope=\"col\"\(isNumber ? " class=\"number\"" : "")>\(text.inHTML)</th>"
        }.joined()
        let lines = rows.map { "<tr>\(cells($0, "td"))</tr>" }
        let title = caption.isEmpty ? "" : "<caption>\(caption.inHTML)</caption>"
        return """
            <div class="wide" tabindex="0"><table>\(title)<thead><tr>\(head)</tr></thead>
            <tbody>
            \(lines.joined(separator: "\n"))
            </tbody></table></div>
            """
    }

    /// The pixels of a line of text, which are 46 rem less the margins.
    private static let columnWidth = 704.0

    private static let style = """
        :root { color-scheme: light dark; --ink: #1d2126; --soft: #5b636d; --line: #d9dde2; --paper: #fff; }
        @media (prefers-color-scheme: dark) {
        :root { --ink: #e4e7eb; --soft: #a2abb5; --line: #3a424b; --paper: #14181d; } }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
        main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
        h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
        p { margin: .6rem 0; overflow-wrap: anywhere; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; margin: .6rem 0; }
        dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
        figure { margin: 1rem 0; } figure svg { max-width: 100%; height: auto; display: block; }
        .dark { display: none; }
        @media (prefers-color-scheme: dark) { .light { display: none; } .dark { display: block; } }
        .wide, .broad { overflow-x: auto; position: relative; left: 50%; transform: translateX(-50%);
        box-sizing: border-box; width: max-content; min-width: 100%; max-width: calc(100vw - 3rem); }
        figure.broad svg { max-width: none; margin: 0 auto; }
        table { border-collapse: collapse; margin: .6rem 0; font-variant-numeric: tabular-nums; }
        caption { text-align: left; color: var(--soft); padding: .2rem 0; white-space: nowrap; }
        th, td { text-align: left; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--line); }
        th { font-weight: 600; } .number { text-align: right; white-space: nowrap; }
        """
}

extension String {
    /// The text as markup, with characters that reorder or hide others as escapes.
    fileprivate var inHTML: String { printable.xml }
}
