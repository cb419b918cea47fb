/// A direction of a panel: its label, scale and range.
public struct Axis: Codable, Equatable, Sendable {
    /// What the axis shows; empty for nothing.
    public var label: String
    /// How values lie on it.
    public var scale: AxisScale
    /// The least value that is shown; `nil` for that of the data, with a margin.
    public var low: Double?
    /// The greatest value that is shown; `nil` for that of the data, with a margin.
    public var high: Double?
    /// Whether ticks are whole numbers only, as those of counts; `nil` for whether all values are.
    public var isWhole: Bool?

    /// Makes an axis.
    public init(
        _ label: String = "", scale: AxisScale = .linear, low: Double? = nil, high: Double? = nil,
        isWhole: Bool? = nil
    ) {
        self.label = label
        self.scale = scale
        self.low = low
        self.high = high
        self.isWhole = isWhole
    }
}

/// How values lie on an axis.
public enum AxisScale: String, Codable, CaseIterable, Sendable {
    /// Equal differences are equally long.
    case linear
    /// Equal ratios are equally long; values of 0 and less are not drawn, which the figure says.
    case log
}
