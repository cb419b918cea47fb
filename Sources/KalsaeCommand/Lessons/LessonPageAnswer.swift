import KalsaeFiles
import KalsaeLessons
import KalsaePlots

/// A lesson that was carried out, as the live page has it.
struct LessonPageAnswer {
    let lesson: Lesson
    let report: LectureReport
    let language: LessonLanguage
    let theme: Theme

    /// All that the page shows, as one object.
    var json: JSONValue {
        get throws {
            let chapter = try Chapter(lesson, language)
            var members = LessonList(language: language).entry(lesson, chapter).members ?? []
            members += [
                .init(
                    "passages",
                    .array(
                        chapter.passages.map { passage in
                            switch passage {
                            case .text(let text): ["text": .string(text)]
                            case .formula(let text): ["formula": .string(text)]
                            }
                        })),
                .init(
                    "questions",
                    .array(
                        chapter.questions.map {
                            ["text": .string($0.text), "answer": .string($0.answer)]
                        })),
                .init(
                    "exhibits",
                    .array(try report.exhibits.map { try exhibit($0, chapter.captions) })),
                .init(
                    "checks",
                    .array(
                        LessonCheckRow.rows(of: report.checks, language).map { row in
                            [
                                "name": .string(row.name), "got": .string(row.got),
                                "wanted": .string(row.expected), "passed": .bool(row.passed),
                            ]
                        })),
                .init(
                    "exercise",
                    [
                        "text": .string(
                            LessonWords(language).task(chapter.exercise, of: lesson.exercise)),
                        "count": .integer(lesson.exercise.count),
                    ]),
                .init("ownData", .string(chapter.ownData)),
                .init("command", .string(chapter.command)),
                .init("misprints", .array(chapter.misprints.map { .string($0) })),
                .init("short", .bool(report.isShort)), .init("seconds", .number(report.seconds)),
            ]
            return .object(members)
        }
    }

    private func exhibit(
        _ exhibit: LessonExhibit, _ captions: [String: String]
    ) throws -> JSONValue {
        let caption = JSONValue.string(captions[exhibit.name] ?? "")
        switch exhibit {
        case .table(let table):
            return [
                "kind": "table", "name": .string(table.name), "title": .string(table.title),
                "caption": caption, "columns": .array(table.columns.map { .string($0) }),
                "rows": .array(table.cells.map { row in .array(row.map { .string($0) }) }),
            ]
        case .figure(let drawn):
            // The card has the title.
            var figure = drawn.figure.themed(theme)
            figure.title = ""
            let svg = try figure.svg(
                width: Double(drawn.width), height: Double(drawn.height))
            return [
                "kind": "figure", "name": .string(drawn.name),
                "title": .string(drawn.figure.title), "caption": caption,
                "svg": .string(svg),
            ]
        }
    }
}
