/// What a chart needs to know of neighboring points of a metric: 32, 256, 2,048, ... of them.
///
/// Blocks are written together with the points that complete them, so that a chart of ten million
/// points reads some thousand rows. A single point is a block of level -1.
struct PointBlock: Equatable, Sendable {
    /// Points in a block of level 0.
    static let base = 32
    /// Blocks of a level in one of the next.
    static let fanOut = 8

    var level: Int
    /// Its position among the blocks of its level.
    var number: Int
    var minStep: Int
    var maxStep: Int
    /// Whether each point has a greater step than the one before it.
    var isAscending: Bool
    /// The points with the least and the greatest value; nil where none is a number.
    var low: MetricPoint?
    var high: MetricPoint?
    /// The first point that is not a number.
    var nan: MetricPoint?

    /// The points in a block of a level.
    static func size(_ level: Int) -> Int {
        level < 0 ? 1 : base << (3 * level)
    }

    /// The positions of its points in their metric.
    var points: Range<Int> {
        let size = Self.size(level)
        return number * size..<(number + 1) * size
    }

    /// One point.
    init(_ point: MetricPoint, number: Int) {
        (level, self.number) = (-1, number)
        (minStep, maxStep, isAscending) = (point.step, point.step, true)
        if point.value.isNaN {
            nan = point
        } else {
            (low, high) = (point, point)
        }
    }

    /// A row of the store.
    init(level: Int, number: Int, minStep: Int, maxStep: Int, isAscending: Bool) {
        (self.level, self.number) = (level, number)
        (self.minStep, self.maxStep, self.isAscending) = (minStep, maxStep, isAscending)
    }

    /// The block of a level that these neighbors make together; nil for none.
    init?(level: Int, number: Int, of parts: some Collection<PointBlock>) {
        guard var sum = parts.first else { return nil }
        for part in parts.dropFirst() { sum.append(part) }
        self = sum
        (self.level, self.number) = (level, number)
    }

    /// Takes the block behind this one in.
    mutating func append(_ next: PointBlock) {
        isAscending = isAscending && next.isAscending && maxStep < next.minStep
        minStep = min(minStep, next.minStep)
        maxStep = max(maxStep, next.maxStep)
        if let other = next.low, low.map({ other.value < $0.value }) ?? true { low = other }
        if let other = next.high, high.map({ other.value > $0.value }) ?? true { high = other }
        if nan == nil { nan = next.nan }
    }
}
