/// What the catalog knows of a lesson besides its texts.
struct LessonPlan: Sendable {
    /// The rows of the lectures' index that it proves.
    let rows: [Int]
    /// Where the lectures have it.
    let slides: [LessonSlide]
    /// The data that must be in the data folders.
    var data: String?
    /// Whether it takes minutes; its products gain by a second thread.
    var takesMinutes = false
    /// What may be changed.
    var knobs: [LessonKnob] = []
    /// What the reader is asked to do.
    let exercise: LessonExercise
    /// Its program.
    let program: @Sendable (LessonContext) throws -> LectureReport

    init(
        rows: [Int], slides: [LessonSlide], data: String? = nil, takesMinutes: Bool = false,
        knobs: [LessonKnob] = [], exercise: LessonExercise,
        program: @escaping @Sendable (LessonContext) throws -> LectureReport
    ) {
        self.rows = rows
        self.slides = slides
        self.data = data
        self.takesMinutes = takesMinutes
        self.knobs = knobs
        self.exercise = exercise
        self.program = program
    }
}
