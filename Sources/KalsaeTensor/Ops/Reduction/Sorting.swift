import KalsaeGraph

extension Tensor {
    /// Positions (`int32`) that sort the last axis; stable. NaN counts as the largest number, as in
    /// PyTorch: last in ascending order, first in descending order.
    public func argSorted(
        descending: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        .apply(
            .argSort(descending: descending), [self], site: CallSite(file: file, line: line))
    }

    /// The last axis in ascending (or descending) order; NaN counts as the largest number.
    public func sorted(
        descending: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let order = argSorted(descending: descending, file: file, line: line)
        return taken(along: order, axis: rank - 1, CallSite(file: file, line: line))
    }

    /// The k largest of the last axis, largest first, and their positions (`int32`). NaN counts as
    /// the largest number, as in PyTorch; of equal numbers the first comes first.
    public func topK(
        _ k: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, indices: Tensor) {
        let indices = Tensor.apply(.topK(k), [self], site: CallSite(file: file, line: line))
        return (taken(along: indices, axis: rank - 1, CallSite(file: file, line: line)), indices)
    }
}
