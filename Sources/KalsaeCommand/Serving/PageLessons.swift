import Dispatch
import KalsaeFiles
import KalsaeLessons
import KalsaePlots
import KalsaeSupport
import Synchronization

/// The lessons as the page asks for them: the list, or one that is carried out with changed knobs.
struct PageLessons {
    /// What stands in a request beside the knobs.
    private static let own: Set<String> = ["language", "theme", "answer", "whole"]

    /// The answer for a name, or the list for an empty one; carries out one lesson at a time.
    func answer(_ name: String, _ query: [String: String]) throws -> JSONValue {
        let language = LessonLanguage(rawValue: query["language"] ?? "en") ?? .english
        guard !name.isEmpty else { return try LessonList(language: language).json }
        let lesson = try Lesson(named: name)
        if let answer = query["answer"] {
            let numbers = answer.split(separator: ",").map { Double($0) ?? .nan }
            let verdict = try Self.wait { try await lesson.check(answer: numbers) }
            return ["verdict": .array(verdict.map { .bool($0) })]
        }
        var settings = LessonSettings(
            language: language, isShort: lesson.takesMinutes && query["whole"] != "1")
        for (knob, text) in query where !Self.own.contains(knob) {
            settings.knobs[knob] = Double(text) ?? .nan
        }
        let wanted = settings
        let report = try Self.wait { try await lesson.run(wanted) }
        return try json(
            lesson, report, language, Theme(rawValue: query["theme"] ?? "") ?? .light,
            isShort: settings.isShort)
    }

    private func json(
        _ lesson: Lesson, _ report: LectureReport, _ language: LessonLanguage, _ theme: Theme,
        isShort: Bool
    ) throws -> JSONValue {
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
                .array(try report.exhibits.map { try exhibit($0, chapter.captions, theme) })),
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
                ["text": .string(chapter.exercise), "count": .integer(lesson.exercise.count)]),
            .init("ownData", .string(chapter.ownData)), .init("command", .string(chapter.command)),
            .init("misprints", .array(chapter.misprints.map { .string($0) })),
            .init("short", .bool(isShort)), .init("seconds", .number(report.seconds)),
        ]
        return .object(members)
    }

    private func exhibit(
        _ exhibit: LessonExhibit, _ captions: [String: String], _ theme: Theme
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
            let svg = try drawn.figure.themed(theme).svg(
                width: Double(drawn.width), height: Double(drawn.height))
            return [
                "kind": "figure", "name": .string(drawn.name),
                "title": .string(drawn.figure.title), "caption": caption,
                "svg": .string(svg),
            ]
        }
    }

    /// Waits for what is asynchronous, on a thread that may wait.
    private static func wait<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        let box = Box<Value>()
        Task {
            do {
                let value = try await body()
                box.put(.success(value))
            } catch {
                box.put(.failure(error))
            }
        }
        return try box.take()
    }

    /// Where a value is put by one thread and taken by another.
    private final class Box<Value: Sendable>: Sendable {
        private let result = Mutex<Result<Value, any Error>?>(nil)
        private let done = DispatchSemaphore(value: 0)

        func put(_ value: Result<Value, any Error>) {
            result.withLock { $0 = value }
            done.signal()
        }

        func take() throws -> Value {
            done.wait()
            guard let result = result.withLock({ $0 }) else {
                throw KalsaeError("lesson", expected: "an answer", got: "none")
            }
            return try result.get()
        }
    }
}
