import KalsaePlots

/// A table or a figure of a lesson.
public enum LessonExhibit: Sendable {
    /// Numbers.
    case table(LessonTable)
    /// A chart.
    case figure(LessonFigure)

    /// Its name in captions.
    public var name: String {
        switch self {
        case .table(let table): table.name
        case .figure(let figure): figure.name
        }
    }
}

/// A figure of a lesson with the size at which it is drawn.
public struct LessonFigure: Sendable {
    /// The name in captions and files.
    public let name: String
    /// The chart.
    public let figure: Figure
    /// In pixels.
    public let width: Int
    /// In pixels.
    public let height: Int
    /// Whether a terminal shows it too.
    public let isForTerminals: Bool
}
