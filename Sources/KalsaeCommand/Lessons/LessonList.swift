import KalsaeFiles
import KalsaeLessons

/// All lessons, for people or as JSON.
struct LessonList {
    let language: LessonLanguage

    func print(json: Bool) throws {
        let all = try Lesson.allCases.map { (lesson: $0, chapter: try Chapter($0, language)) }
        if json { return try Console.print(self.json) }
        let words = LessonWords(language)
        let names = all.map(\.lesson.rawValue)
        let width = names.map(\.count).max() ?? 0
        for (lesson, chapter) in all {
            var extra = ["\(words.rows) " + lesson.rows.map(String.init).joined(separator: ", ")]
            if let data = lesson.data { extra.append("\(words.needs): \(data)") }
            if lesson.takesMinutes { extra.append(words.minutes) }
            let space = String(repeating: " ", count: width - lesson.rawValue.count)
            try Console.print(
                "\(lesson.rawValue)\(space)  \(chapter.title) (\(extra.joined(separator: "; ")))")
        }
    }

    /// The list as one object.
    var json: JSONValue {
        get throws {
            [
                "language": .string(language.rawValue),
                "lessons": .array(
                    try Lesson.allCases.map { entry($0, try Chapter($0, language)) }),
            ]
        }
    }

    func entry(_ lesson: Lesson, _ chapter: Chapter) -> JSONValue {
        [
            "name": .string(lesson.rawValue), "title": .string(chapter.title),
            "rows": .array(lesson.rows.map { .integer($0) }),
            "shows": .string(chapter.summary),
            "slides": .array(lesson.slides.map(\.json)),
            "needs": lesson.data.map { .string($0) } ?? .null,
            "minutes": .bool(lesson.takesMinutes),
            "knobs": .array(
                lesson.knobs.map { knob in
                    [
                        "name": .string(knob.name), "summary": .string(knob.summary(language)),
                        "default": .number(knob.standard), "low": .number(knob.range.lowerBound),
                        "high": .number(knob.range.upperBound), "whole": .bool(knob.isWhole),
                    ]
                }),
            "answers": .integer(lesson.exercise.count),
        ]
    }
}
