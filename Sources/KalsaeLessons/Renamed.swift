// Old names of public types, for one release.

/// The old name of ``Lesson``.
@available(*, unavailable, renamed: "Lesson")
public typealias LectureExperiment = Lesson
