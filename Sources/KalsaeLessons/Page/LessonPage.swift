import KalsaePlots
import KalsaeSupport

/// A lesson as one page: no script, no outside address; figures as SVG for light and for dark.
public struct LessonPage {
    private let lesson: Lesson
    private let report: LectureReport
    private let chapter: Chapter
    private let language: LessonLanguage
    private let words: LessonWords

    /// Throws where the lesson has no texts in the language.
    public init(
        _ lesson: Lesson, _ report: LectureReport, _ language: LessonLanguage
    ) throws(KalsaeError) {
        self.lesson = lesson
        self.report = report
        self.language = language
        chapter = try Chapter(lesson, language)
        words = LessonWords(language)
    }

    /// The page.
    public var html: String {
        get throws(KalsaeError) {
            var body = "<header><h1>\(chapter.title.xml)</h1>\n<p class=\"lead\">"
            body += "\(chapter.summary.xml)</p>\n<p class=\"source\">\(words.lectures): "
            body += lesson.slides.map { "<cite>\($0.text.xml)</cite>" }.joined(separator: ", ")
            body += "</p>"
            if report.isShort { body += "<p class=\"source\">\(words.short(lesson).marked)</p>" }
            body += "</header>\n<main>\n" + teaching + questions
            for exhibit in report.exhibits { body += try figure(exhibit) }
            for passage in [report.passageLines.joined(separator: "\n")] where !passage.isEmpty {
                body += "<pre>\(passage.xml)</pre>\n"
            }
            body += numbers + misprints + tasks + "</main>\n"
            return HTMLDocument.page(
                title: chapter.title, language: language.rawValue, style: Self.style, body: body)
        }
    }

    private var teaching: String {
        chapter.passages.map { passage in
            switch passage {
            case .text(let text): "<p>\(text.marked)</p>\n"
            case .formula(let text): "<pre class=\"formula\">\(text.xml)</pre>\n"
            }
        }.joined()
    }

    private var questions: String {
        guard !chapter.questions.isEmpty else { return "" }
        let all = chapter.questions.map {
            "<details><summary>\($0.text.marked)</summary><p>\($0.answer.marked)</p></details>\n"
        }
        return "<section><h2>\(words.predict)</h2>\n\(all.joined())</section>\n"
    }

    private func figure(_ exhibit: LessonExhibit) throws(KalsaeError) -> String {
        let caption = chapter.captions[exhibit.name]?.xml ?? ""
        switch exhibit {
        case .table(let table):
            return "<figure><div class=\"wide\">\(Self.table(table))</div>"
                + "<figcaption>\(caption)</figcaption></figure>\n"
        case .figure(let drawn):
            var text = "<figure>"
            for theme in [Theme.light, .dark] {
                let svg = try drawn.figure.themed(theme).svg(
                    width: Double(drawn.width), height: Double(drawn.height))
                text += "<div class=\"\(theme.rawValue)\">\(Self.inline(svg))</div>"
            }
            return text + "<figcaption>\(caption)</figcaption></figure>\n"
        }
    }

    /// The element of an SVG document, without what stands before it.
    private static func inline(_ svg: String) -> Substring {
        svg.firstRange(of: "<svg").map { svg[$0.lowerBound...] } ?? svg[...]
    }

    private static func table(_ table: LessonTable) -> String {
        let isNamed = table.rows.contains { !$0.name.isEmpty }
        var text = "<table><caption>\(table.title.xml)</caption>"
        if !table.columns.isEmpty {
            let cells = table.columns.map { "<th scope=\"col\">\($0.xml)</th>" }
            text += "<thead><tr>\(cells.joined())</tr></thead>"
        }
        text += "<tbody>"
        for row in table.cells {
            let cells = row.enumerated().map { index, cell in
                isNamed && index == 0
                    ? "<th scope=\"row\">\(cell.xml)</th>" : "<td>\(cell.xml)</td>"
            }
            text += "<tr>\(cells.joined())</tr>"
        }
        return text + "</tbody></table>"
    }

    private var numbers: String {
        let rows = LessonCheckRow.rows(of: report.checks, language)
        guard !rows.isEmpty else { return "" }
        let cells = rows.map { row in
            "<tr><td>\(row.passed ? "✓" : "✗")</td><th scope=\"row\">\(row.name.xml)</th>"
                + "<td>\(row.expected.xml)</td><td>\(row.got.xml)</td></tr>"
        }
        let right = report.checks.count(where: \.passed)
        let note = report.isDemanded ? "" : "<p>\(words.changed).</p>\n"
        return """
            <section><h2>\(words.numbers)</h2>
            \(note)<details\(rows.count <= 12 ? " open" : "")><summary>\
            \(words.verdict(right, report.checks.count, seconds: report.seconds))</summary>
            <div class="wide"><table class="checks"><thead><tr><th></th>\
            <th scope="col">\(words.number)</th><th scope="col">\(words.expected)</th>\
            <th scope="col">\(words.got)</th></tr></thead><tbody>
            \(cells.joined(separator: "\n"))
            </tbody></table></div></details></section>

            """
    }

    private var misprints: String {
        guard !chapter.misprints.isEmpty else { return "" }
        let all = chapter.misprints.map { "<li>\($0.xml)</li>\n" }
        return "<section><h2>\(words.misprints)</h2>\n<ul>\(all.joined())</ul></section>\n"
    }

    private var tasks: String {
        let blanks = [String](repeating: "…", count: lesson.exercise.count).joined(separator: ",")
        let task = words.task(chapter.exercise, of: lesson.exercise)
        var text = "<section><h2>\(words.exercise)</h2>\n<p>\(task.xml)</p>\n"
        text += "<p>\(words.checked): <code>kalsae lesson \(lesson.rawValue) --answer \(blanks)"
        text += "</code></p></section>\n"
        if !lesson.knobs.isEmpty {
            let rows = lesson.knobs.map { knob in
                "<tr><th scope=\"row\"><code>--set \(knob.name)=\(knob.text(knob.standard))</code></th>"
                    + "<td>\(knob.ends)</td><td class=\"words\">"
                    + "\(knob.summary(language).xml)</td></tr>\n"
            }
            text += "<section><h2>\(words.knobs)</h2>\n<div class=\"wide\"><table><tbody>"
            text += rows.joined() + "</tbody></table></div></section>\n"
        }
        text += "<section><h2>\(words.ownData)</h2>\n<p>\(chapter.ownData.xml)</p>\n"
        return text + "<pre>\(chapter.command.xml)</pre></section>\n"
    }
}

extension String {
    /// The text as HTML, with what stands between backticks as code.
    fileprivate var marked: String {
        let parts = xml.split(separator: "`", omittingEmptySubsequences: false)
        return parts.enumerated().map { index, part in
            index % 2 == 1 && index < parts.count - 1 ? "<code>\(part)</code>" : String(part)
        }.joined()
    }
}
