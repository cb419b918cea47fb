// Old names of public types, for one release.

@available(*, unavailable, renamed: "Lesson")
public typealias LectureExperiment = Lesson
