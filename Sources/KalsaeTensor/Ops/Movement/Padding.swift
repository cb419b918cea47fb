import KalsaeGraph

/// What is put around a tensor.
public enum PaddingMode: String, CaseIterable, Codable, Hashable, Sendable {
    /// The element at the border: `a a | a b c | c c`.
    case edge
    /// The elements mirrored at the border, which is not repeated: `c b | a b c | b a`.
    case reflect
    /// The elements of the other end: `b c | a b c | a b`.
    case circular
}

extension Tensor {
    /// Each axis with copies of its own elements around it: `low` elements in front, `high` behind.
    ///
    /// The gradient of an element is the sum over its copies.
    public func padded(
        low: [Int], high: [Int], mode: PaddingMode, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        guard fault == nil else { return self }
        let site = CallSite(file: file, line: line)
        guard low.count == rank, high.count == rank,
            (low + high).allSatisfy({ (0...Int(Int32.max)).contains($0) })
        else {
            return .fault(
                "padded", expected: "\(rank) sizes of at least 0 for each side",
                got: "low \(low), high \(high)", operands: [self], site: site)
        }
        var result = self
        for axis in shape.indices where low[axis] > 0 || high[axis] > 0 {
            guard shape[axis] > 0 else {
                return .fault(
                    "padded", expected: "an axis with elements to copy", got: "\(shape)",
                    operands: [self], site: site)
            }
            let indices = mode.sources(size: shape[axis], low: low[axis], high: high[axis])
            result = result.gathered(at: indices, axis: axis)
        }
        return result
    }

    /// Windows that slide along an axis, which becomes two: window number and position in the window.
    ///
    /// `[…, n, …] → […, (n - size) / stride + 1, size, …]`.
    public func slidingWindows(
        size: Int, stride: Int = 1, axis: Int = -1, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        let site = CallSite(file: file, line: line)
        return withAxis(axis, "slidingWindows", site) { axis in
            guard size >= 1, stride >= 1, size <= shape[axis] else {
                return .fault(
                    "slidingWindows", expected: "a size from 1 to \(shape[axis]), a stride from 1",
                    got: "size \(size), stride \(stride)", operands: [self], site: site)
            }
            let windows: Shape = [(shape[axis] - size) / stride + 1, size]
            // With one window its number is 0, and the stride may be of any size.
            let step = windows[0] > 1 ? Double(stride) : 1
            let starts = Tensor.positions(windows, axis: 0, dtype: .int64) * step
            let indices = starts + Tensor.positions(windows, axis: 1, dtype: .int64)
            return gathered(at: indices, axis: axis, file: file, line: line)
        }
    }
}

extension PaddingMode {
    /// For each position of a padded axis the number of the element that stands there.
    fileprivate func sources(size: Int, low: Int, high: Int) -> Tensor {
        let indices = Tensor.arange(size + low + high, dtype: .int64) - Double(low)
        let last = Double(size - 1)
        switch self {
        case .edge: return indices.maximum(0).minimum(last)
        case .circular: return indices % Double(size)
        case .reflect:
            // A period there and back; its second half counts down.
            let period = Double(Swift.max(2 * (size - 1), 1))
            return last - (indices % period - last).abs()
        }
    }
}
