import KalsaeLessons
import KalsaeSupport
import Testing

/// The words of all lessons, in both languages.
@Suite struct ChapterTests {
    @Test(arguments: Lesson.allCases)
    func bothLanguagesAreComplete(lesson: Lesson) throws {
        let english = try Chapter(lesson, .english)
        let korean = try Chapter(lesson, .korean)
        for chapter in [english, korean] {
            #expect(!chapter.title.isEmpty && !chapter.summary.isEmpty)
            #expect(chapter.passages.count >= 3)
            #expect(chapter.questions.count >= 2)
            #expect(!chapter.exercise.isEmpty && !chapter.ownData.isEmpty)
            #expect(chapter.command.hasPrefix("kalsae "))
            for question in chapter.questions {
                #expect(!question.text.isEmpty && !question.answer.isEmpty)
            }
            #expect(chapter.misprints.allSatisfy { !$0.isEmpty })
            #expect(chapter.captions.allSatisfy { !$0.key.isEmpty && !$0.value.isEmpty })
        }
        #expect(english.questions.count == korean.questions.count)
        #expect(english.misprints.count == korean.misprints.count)
        #expect(english.captions.keys.sorted() == korean.captions.keys.sorted())
        #expect(english.command == korean.command)
        #expect(english.passages.map(\.isFormula) == korean.passages.map(\.isFormula))
        for (left, right) in zip(english.texts, korean.texts) { #expect(left != right) }
    }

    @Test func koreanIsWrittenInHangulAndEnglishIsNot() throws {
        func hasHangul(_ text: String) -> Bool {
            text.unicodeScalars.contains { (0xac00...0xd7a3).contains($0.value) }
        }
        for lesson in Lesson.allCases {
            #expect(try Chapter(lesson, .korean).texts.allSatisfy(hasHangul))
            // A lesson on Korean sentences quotes some of their words.
            guard lesson != .recurrent else { continue }
            #expect(try !Chapter(lesson, .english).texts.contains(where: hasHangul))
        }
    }

    @Test func everyRowOfTheIndexHasALesson() {
        var lessons: [Int: [String]] = [:]
        for lesson in Lesson.allCases {
            for row in lesson.rows { lessons[row, default: []].append(lesson.rawValue) }
        }
        #expect(lessons.keys.sorted() == Array(1...29))
        #expect(lessons[1] == ["perceptron", "xor"])
        #expect(lessons[29] == ["panda-caviar"])
        #expect(Lesson.allCases.allSatisfy { !$0.rows.isEmpty && !$0.slides.isEmpty })
    }

    @Test func theLanguageIsThatOfTheLocale() {
        let cases: [([String: String], LessonLanguage)] = [
            ([:], .english), (["LANG": "ko_KR.UTF-8"], .korean), (["LANG": "C.UTF-8"], .english),
            (["LANG": "ko_KR.UTF-8", "LC_ALL": "en_US.UTF-8"], .english),
            (["LANG": "en_US.UTF-8", "LC_MESSAGES": "ko_KR"], .korean),
            (["LC_ALL": "", "LANG": "ko"], .korean),
        ]
        for (environment, language) in cases {
            #expect(LessonLanguage(environment: environment) == language)
        }
    }

    @Test func knobsAreNumbersInRange() throws {
        for lesson in Lesson.allCases {
            #expect(Set(lesson.knobs.map(\.name)).count == lesson.knobs.count)
            for knob in lesson.knobs {
                #expect(knob.range.contains(knob.standard))
                #expect(!knob.isWhole || knob.standard == knob.standard.rounded())
                #expect(knob.summary(.english) != knob.summary(.korean))
            }
        }
    }

    @Test func numbersHaveFourDigits() {
        let cases: [(Double, String)] = [
            (0.5199893401, "0.52"), (0.4370385722, "0.437"), (-6.335, "-6.335"), (715, "715"),
            (0.0008088753, "0.0008089"), (4.5397868609e-05, "4.540e-5"), (-2.25e128, "-2.250e128"),
            (.nan, "NaN"), (0, "0"), (.infinity, "∞"), (100, "100"), (1200.0, "1200"),
        ]
        for (value, text) in cases { #expect(LessonNumber.short(value) == text) }
    }
}

extension Chapter {
    /// All texts that a reader reads.
    fileprivate var texts: [String] {
        [title, summary, exercise, ownData]
            + passages.compactMap { passage in
                if case .text(let text) = passage { text } else { nil }
            } + questions.flatMap { [$0.text, $0.answer] } + misprints
            + captions.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension Chapter.Passage {
    fileprivate var isFormula: Bool {
        if case .formula = self { true } else { false }
    }
}
