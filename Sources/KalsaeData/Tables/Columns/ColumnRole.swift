/// What a column of a table is taken for.
public enum ColumnRole: String, Sendable, CaseIterable {
    /// A number on a scale.
    case number
    /// One of several texts, or two.
    case category
    /// A date, a time, or both.
    case date
    /// Free text: words and parts of words.
    case text
    /// It only numbers or names the rows; left out.
    case identifier
    /// Left out.
    case dropped
    /// What is to be predicted.
    case target
    /// How much the row counts.
    case weight
    /// Which rows belong together; left out as a feature.
    case group

    /// The roles that a caller may ask for, by what they are called: `drop` is ``dropped``.
    public static let requestable = ["number", "category", "date", "text", "drop"]

    /// A role that a caller asks for; nil for another word.
    public init?(request: String) {
        switch request.lowercased() {
        case "drop", "dropped": self = .dropped
        case "number", "category", "date", "text": self.init(rawValue: request.lowercased())
        default: return nil
        }
    }
}
