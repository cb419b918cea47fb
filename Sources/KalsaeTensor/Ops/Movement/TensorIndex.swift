import KalsaeGraph

/// One entry of a subscript: a position, a range, a new axis, or "all axes in between".
public enum TensorIndex: Sendable {
    /// One position, counted from the end if negative; the axis goes.
    case at(Int)
    /// Positions from `start` up to but not including `end`, `step` apart; nil means to the border.
    case range(start: Int?, end: Int?, step: Int)
    /// An axis of size 1 that was not there.
    case addedAxis
    /// As many whole axes as are left.
    case rest
}

/// What may stand in a tensor's subscript: whole numbers, ranges and ``TensorIndex``.
public protocol TensorIndexable {
    /// The entry as a ``TensorIndex``.
    var tensorIndex: TensorIndex { get }
}

extension TensorIndexable where Self == TensorIndex {
    /// A whole axis.
    public static var all: TensorIndex { .range(start: nil, end: nil, step: 1) }
    /// An axis of size 1 that was not there.
    public static var newAxis: TensorIndex { .addedAxis }
    /// As many whole axes as are left.
    public static var ellipsis: TensorIndex { .rest }
}

extension TensorIndex: TensorIndexable {
    /// Itself.
    public var tensorIndex: TensorIndex { self }
}
extension Int: TensorIndexable {
    /// One position.
    public var tensorIndex: TensorIndex { .at(self) }
}
extension Range: TensorIndexable where Bound == Int {
    /// The positions of the range.
    public var tensorIndex: TensorIndex {
        // From behind, `-3 ..< 0` ends where the axis ends.
        let isToTheEnd = lowerBound < 0 && upperBound == 0
        return .range(start: lowerBound, end: isToTheEnd ? nil : upperBound, step: 1)
    }
}
extension ClosedRange: TensorIndexable where Bound == Int {
    /// The positions of the range.
    public var tensorIndex: TensorIndex {
        .range(start: lowerBound, end: TensorIndex.end(after: upperBound), step: 1)
    }
}
extension PartialRangeFrom: TensorIndexable where Bound == Int {
    /// The positions from the bound on.
    public var tensorIndex: TensorIndex { .range(start: lowerBound, end: nil, step: 1) }
}
extension PartialRangeUpTo: TensorIndexable where Bound == Int {
    /// The positions before the bound.
    public var tensorIndex: TensorIndex { .range(start: nil, end: upperBound, step: 1) }
}
extension PartialRangeThrough: TensorIndexable where Bound == Int {
    /// The positions up to and including the bound.
    public var tensorIndex: TensorIndex {
        .range(start: nil, end: TensorIndex.end(after: upperBound), step: 1)
    }
}
extension StrideTo: TensorIndexable where Element == Int {
    /// The positions of the stride.
    public var tensorIndex: TensorIndex {
        var iterator = makeIterator()
        guard let first = iterator.next() else { return .range(start: 0, end: 0, step: 1) }
        guard let second = iterator.next() else {
            return .range(start: first, end: TensorIndex.end(after: first), step: 1)
        }
        var last = second
        while let next = iterator.next() { last = next }
        let step = second - first
        let end = step > 0 ? TensorIndex.end(after: last) : (last == 0 ? nil : last &- 1)
        return .range(start: first, end: end, step: step)
    }
}

extension TensorIndex {
    /// The end of a range whose last position is given; nil, the border, behind the last one.
    static func end(after last: Int) -> Int? {
        last == -1 || last == .max ? nil : last + 1
    }

    /// The first position and the number of positions of a range, cut to an axis as in Python.
    static func clamp(
        _ start: Int?, _ end: Int?, _ step: Int, size: Int
    ) -> (first: Int, count: Int) {
        func cut(_ bound: Int, _ low: Int, _ high: Int) -> Int {
            let index = bound < 0 ? bound &+ size : bound
            return Swift.min(Swift.max(index, low), high)
        }
        if step > 0 {
            let first = cut(start ?? 0, 0, size)
            let last = cut(end ?? size, 0, size)
            return (first, last > first ? (last - first - 1) / step + 1 : 0)
        }
        let first = start.map { cut($0, -1, size - 1) } ?? size - 1
        let last = end.map { cut($0, -1, size - 1) } ?? -1
        return (Swift.max(first, 0), first > last ? (first - last - 1) / -step + 1 : 0)
    }
}

extension SliceParameters {
    mutating func append(start: Int, count: Int, stride: Int) {
        starts.append(start)
        counts.append(count)
        strides.append(stride)
    }
}
