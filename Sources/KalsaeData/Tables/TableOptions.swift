/// What a caller decides about a table instead of leaving it to a guess.
///
/// Columns go by name or, when no column has that name, by number counted from 1.
public struct TableOptions: Sendable, Equatable {
    /// What is predicted.
    public var task = TargetEncoder.Task.automatic
    /// What predictions of numbers are to make small; nil for squares. A loss asks for a regression.
    public var loss: TargetLoss?
    /// How numbers are scaled.
    public var scaling = NumberScaling.robust
    /// The roles of columns that are not to be guessed.
    public var roles: [String: ColumnRole] = [:]
    /// Columns to leave out.
    public var drop: [String] = []
    /// Whether 3/4/2024 is the third of April; nil to let the column decide.
    public var dayFirst: Bool?
    /// The column that says how much a row counts in the loss; nil where all count alike.
    public var weight: String?
    /// The column whose equal cells mark rows that must stay on one side of every split.
    public var group: String?
    /// The column by which rows are split: the oldest train, the newest test.
    public var time: String?

    /// Everything is guessed.
    public init() {}
}
