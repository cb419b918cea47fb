import Glibc
import KalsaeLessons
import KalsaePlots

/// A lesson for a terminal: what is taught, questions, tables and figures, the lectures' numbers
/// beside one's own, then the answers.
struct LessonText {
    let lesson: Lesson
    let report: LectureReport
    let chapter: Chapter
    private let words: LessonWords
    private let language: LessonLanguage
    private let width: Int
    /// The most rows of checked numbers that are shown; those that are wrong are always.
    private let mostRows = 40

    init(_ lesson: Lesson, _ report: LectureReport, _ language: LessonLanguage) throws {
        self.lesson = lesson
        self.report = report
        self.language = language
        chapter = try Chapter(lesson, language)
        words = LessonWords(language)
        width = min(TerminalLine.width, 92)
    }

    var text: String {
        get throws {
            var lines = [
                chapter.title, String(repeating: "═", count: DisplayWidth.of(chapter.title)),
            ]
            lines += wrapped(
                "\(words.lectures): " + lesson.slides.map(\.text).joined(separator: ", "))
            if report.isShort {
                lines += wrapped(words.short(lesson).replacing("`", with: ""))
            }
            for passage in chapter.passages {
                lines.append("")
                switch passage {
                case .text(let text): lines += wrapped(text)
                case .formula(let text): lines += text.split(separator: "\n").map { "    \($0)" }
                }
            }
            lines += heading(words.predict)
            for (index, question) in chapter.questions.enumerated() {
                lines += wrapped(question.text, lead: "\(index + 1). ")
            }
            for exhibit in report.exhibits { lines += try exhibitLines(exhibit) }
            lines += numbers()
            lines += report.passageLines
            if !chapter.misprints.isEmpty {
                lines += heading(words.misprints)
                for misprint in chapter.misprints { lines += wrapped(misprint, lead: "- ") }
            }
            lines += heading(words.answer)
            for (index, question) in chapter.questions.enumerated() {
                lines += wrapped(question.answer, lead: "\(index + 1). ")
            }
            lines += tasks()
            let right = report.checks.count(where: \.passed)
            lines += [
                "", words.verdict(right, report.checks.count, seconds: report.seconds),
            ]
            return lines.map(\.printable).joined(separator: "\n") + "\n"
        }
    }

    private func heading(_ text: String) -> [String] { ["", "── \(text)"] }

    private func exhibitLines(_ exhibit: LessonExhibit) throws -> [String] {
        let caption = chapter.captions[exhibit.name].map { wrapped($0) } ?? []
        switch exhibit {
        case .table(let table):
            return heading(table.title) + LessonColumns(table).lines + caption
        case .figure(let figure):
            guard figure.isForTerminals else { return [] }
            let hasColor = isatty(1) != 0 && getenv("NO_COLOR") == nil
            let drawn = try figure.figure.themed(.dark).terminal(
                width: width, height: 18, color: hasColor ? .indexed : .none)
            return [""] + drawn.split(separator: "\n").map(String.init) + caption
        }
    }

    private func numbers() -> [String] {
        let rows = LessonCheckRow.rows(of: report.checks, language)
        guard !rows.isEmpty else { return [] }
        var lines = heading(words.numbers)
        if !report.isDemanded { lines += wrapped(words.changed + ".") }
        let shown =
            rows.count <= mostRows
            ? rows
            : rows.enumerated().filter { $0.offset < mostRows || !$0.element.passed }.map(\.element)
        let table =
            [["", words.number, words.expected, words.got]]
            + shown.map { [$0.passed ? "✓" : "✗", $0.name, $0.expected, $0.got] }
        lines += LessonColumns.lines(table, isText: [true, true, true, true])
        if shown.count < rows.count { lines.append(words.further(rows.count - shown.count)) }
        return lines
    }

    private func tasks() -> [String] {
        let task = words.task(chapter.exercise, of: lesson.exercise)
        var lines = heading(words.exercise) + wrapped(task)
        let blanks = [String](repeating: "…", count: lesson.exercise.count).joined(separator: ",")
        lines.append("    kalsae lesson \(lesson.rawValue) --answer \(blanks)")
        if !lesson.knobs.isEmpty {
            lines += heading(words.knobs)
            lines += LessonColumns.lines(
                lesson.knobs.map {
                    [
                        "--set \($0.name)=\($0.text($0.standard))", $0.ends,
                        $0.summary(language),
                    ]
                }, isText: [true, true, true])
        }
        lines += heading(words.ownData) + wrapped(chapter.ownData)
        lines.append("    \(chapter.command)")
        return lines
    }

    /// Lines of at most the terminal's width, cut at spaces.
    private func wrapped(_ text: String, lead: String = "") -> [String] {
        var (lines, line) = ([String](), lead)
        let indent = String(repeating: " ", count: lead.count)
        var isFresh = true
        for word in text.split(separator: " ") {
            if !isFresh, DisplayWidth.of(line) + 1 + DisplayWidth.of(String(word)) > width {
                lines.append(line)
                (line, isFresh) = (indent, true)
            }
            line += (isFresh ? "" : " ") + word
            isFresh = false
        }
        return lines + (isFresh ? [] : [line])
    }
}
