import KalsaeSupport

/// The words around a lesson's own: headings of its parts.
public struct LessonWords: Sendable {
    let language: LessonLanguage

    /// The words of a language.
    public init(_ language: LessonLanguage) { self.language = language }

    /// In front of the slides.
    public var lectures: String { language("Lectures", "강의") }
    /// Above the questions that are asked first.
    public var predict: String { language("Predict, then reveal", "예측해 보고 펼치기") }
    /// In front of an answer.
    public var answer: String { language("Answer", "답") }
    /// Above the table of checked numbers.
    public var numbers: String {
        language("The lectures' numbers beside those of this run", "강의의 값과 여기서 나온 값")
    }
    /// The column of what a number is.
    public var number: String { language("number", "값의 이름") }
    /// The column of what the lectures have.
    public var expected: String { language("lectures", "강의") }
    /// The column of what came out.
    public var got: String { language("here", "여기서") }
    /// Above misprints.
    public var misprints: String { language("Misprints, and how to read them", "오자와 읽는 법") }
    /// Above the exercise.
    public var exercise: String { language("Exercise", "연습 문제") }
    /// What an exercise asks for, and how many digits are enough.
    public func task(_ text: String, of exercise: LessonExercise) -> String {
        guard exercise.takesRounded else { return text }
        return text + " "
            + language("Three significant digits are enough.", "유효 숫자 세 자리면 됩니다.")
    }
    /// In front of the command that checks an answer.
    public var checked: String { language("The engine checks it", "엔진이 확인합니다") }
    /// Above what may be changed.
    public var knobs: String { language("What if? Numbers that you may change", "바꾸어 볼 수 있는 값") }
    /// In front of knobs that were changed.
    public var changed: String {
        language(
            "Changed, so that the lectures' numbers are shown but not demanded",
            "값을 바꾸었으므로 강의의 값은 보여 주기만 하고 맞아야 하는 것은 아닙니다")
    }
    /// For a lesson that was cut short, with the command for the whole one between backticks.
    public func short(_ lesson: Lesson) -> String {
        let command = "`kalsae lesson \(lesson.rawValue)`"
        return language(
            "Cut short, with fewer seeds or steps; the whole lesson: \(command)",
            "시드나 단계를 줄인 짧은 실행입니다. 전체 실행: \(command)")
    }
    /// In front of the command for data of one's own.
    public var ownData: String { language("Now with my data", "내 데이터로") }
    /// In front of the data that a lesson needs.
    public var needs: String { language("needs", "필요한 데이터") }
    /// For lessons that take long.
    public var minutes: String { language("minutes", "몇 분 걸림") }
    /// In front of rows of the lectures' index.
    public var rows: String { language("row", "항목") }
    /// What is said of a right answer.
    public var right: String { language("Right.", "맞았습니다.") }
    /// What is said of a wrong answer.
    public var wrong: String { language("Not yet.", "아직 아닙니다.") }
    /// Under the table of numbers that are left out.
    public func further(_ count: Int) -> String {
        language(
            "… \(count) more; --json has all of them", "… 그 밖에 \(count)줄. --json에 모두 있습니다")
    }
    /// What came of it all.
    public func verdict(_ right: Int, _ count: Int, seconds: Double) -> String {
        let time = (seconds * 100).rounded() / 100
        return language(
            "\(right) of \(count) numbers come out, \(time) s",
            "강의의 값 \(count)개 중 \(right)개가 맞습니다. \(time)초")
    }
}
