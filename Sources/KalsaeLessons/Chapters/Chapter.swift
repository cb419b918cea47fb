import CKalsaeLessonTexts
import KalsaeSupport

/// The words of a lesson in one language.
public struct Chapter: Sendable, Equatable {
    /// A paragraph or a formula.
    public enum Passage: Sendable, Equatable {
        /// Running text.
        case text(String)
        /// Lines that stay as they are.
        case formula(String)
    }

    /// A question that is to be answered before the lesson shows it.
    public struct Question: Sendable, Equatable {
        /// What is asked.
        public var text: String
        /// What comes out, and why.
        public var answer: String
    }

    /// The heading.
    public var title = ""
    /// What the lesson shows, in one line.
    public var summary = ""
    /// What is taught.
    public var passages: [Passage] = []
    /// Predict, then reveal.
    public var questions: [Question] = []
    /// What the reader is asked to do.
    public var exercise = ""
    /// What to do with data of one's own.
    public var ownData = ""
    /// The command for it.
    public var command = ""
    /// Misprints of the lectures, and how their numbers are to be read.
    public var misprints: [String] = []
    /// What figures and tables show, by their names.
    public var captions: [String: String] = [:]

    init() {}

    /// The chapter of a lesson; throws where the texts have none.
    public init(_ lesson: Lesson, _ language: LessonLanguage) throws(KalsaeError) {
        guard let chapter = Self.all[language]?[lesson.rawValue] else {
            throw KalsaeError(
                "lesson \(lesson.rawValue)", expected: "texts in \"\(language.rawValue)\"",
                got: "none")
        }
        self = chapter
    }

    /// All chapters by language and name.
    private static let all: [LessonLanguage: [String: Chapter]] = {
        var all: [LessonLanguage: [String: Chapter]] = [:]
        for language in LessonLanguage.allCases {
            var part: Int32 = 0
            let number: Int32 = language == .korean ? 1 : 0
            while let text = kalsae_lesson_text(number, part) {
                for (name, chapter) in ChapterText(String(cString: text)).chapters {
                    all[language, default: [:]][name] = chapter
                }
                part += 1
            }
        }
        return all
    }()
}
