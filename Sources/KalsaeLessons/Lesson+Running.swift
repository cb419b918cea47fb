import KalsaeBackend
import KalsaeCPU
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining

extension Lesson {
    /// The rows of the lectures' index that it proves.
    public var rows: [Int] { plan.rows }
    /// Where the lectures have it.
    public var slides: [LessonSlide] { plan.slides }
    /// The data that must be in the data folders; nil for none.
    public var data: String? { plan.data }
    /// Whether it takes minutes; its products gain by a second thread.
    public var takesMinutes: Bool { plan.takesMinutes }
    /// The numbers that a reader may change.
    public var knobs: [LessonKnob] { plan.knobs }
    /// What the reader is asked to do.
    public var exercise: LessonExercise { plan.exercise }

    /// What it shows, in one line.
    public var summary: String { (try? Chapter(self, .english).summary) ?? rawValue }

    /// Carries it out.
    ///
    /// - Throws: where data are missing, and for knobs that it does not have or that are out of range.
    public func run(_ settings: LessonSettings = LessonSettings()) async throws -> LectureReport {
        try await LessonRunner().run(self, settings)
    }

    /// Which of the numbers of an answer to the exercise are right.
    public func check(answer: [Double]) async throws -> [Bool] {
        try await LessonRunner().check(self, answer)
    }
}

/// Runs lessons on the thread of the plans, so that their steps start at once.
actor LessonRunner {
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        ComputeThread.shared.asUnownedSerialExecutor()
    }

    func run(_ lesson: Lesson, _ settings: LessonSettings) throws -> LectureReport {
        let plan = lesson.plan
        let context = try LessonContext(settings, knobs: plan.knobs)
        let clock = ContinuousClock()
        let start = clock.now
        var report = try device(for: plan).asCurrent { try plan.program(context) }
        report.isShort = context.wasCutShort
        report.isDemanded = context.isStandard
        report.seconds = start.duration(to: clock.now).seconds
        return report
    }

    func check(_ lesson: Lesson, _ answer: [Double]) throws -> [Bool] {
        try device(for: lesson.plan).asCurrent { try lesson.exercise.check(answer) }
    }

    /// A second thread gains nothing for small products, and costs much on a busy machine.
    private func device(for plan: LessonPlan) -> Device {
        let isFree = EnvironmentFlag.threads.value.isEmpty
        let isCPU = EnvironmentFlag.device.value == "cpu"
        let current = Device.current
        return isFree && isCPU && !plan.takesMinutes
            ? Device(CPUBackend(threads: 1), precision: current.precision) : current
    }
}
