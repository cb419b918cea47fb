import KalsaeSupport

/// A language that the lessons are written in.
public typealias LessonLanguage = TextLanguage
