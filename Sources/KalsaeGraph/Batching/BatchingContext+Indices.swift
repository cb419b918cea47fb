import KalsaeSupport

extension BatchingContext {
    /// Entries of an axis by number, for all members.
    ///
    /// Where each member has its own indices into its own values, the axis of all members is one of
    /// `count · size` entries, and the indices move by `size` from member to member.
    mutating func gather(
        _ values: BatchedValue, _ indices: BatchedValue, axis: Int
    ) throws(KalsaeError) -> Int {
        guard indices.isBatched else {
            return try add(.gather(axis: axis + 1), values.position, indices.position)
        }
        guard values.isBatched else {
            // [before…, count, indices…, behind…]
            let gathered = try add(.gather(axis: axis), values.position, indices.position)
            return try moveToFront(gathered, axis: axis)
        }
        let indexRank = shape(indices.position).rank - 1
        let flat = try flattenedAxis(values.position, axis: axis)
        let shifted = try shiftedIndices(indices.position, size: shape(values.position)[axis + 1])
        // [count, indices…, before…, behind…]
        let gathered = try add(.gather(axis: 0), flat, shifted)
        guard axis > 0 else { return gathered }
        let before = (0..<axis).map { 1 + indexRank + $0 }
        let behind = (1 + indexRank + axis)..<shape(gathered).rank
        return try add(.transpose([0] + before + (1..<(1 + indexRank)) + behind), gathered)
    }

    /// Adds updates to entries of an axis by number, for all members; operands base, indices, updates.
    mutating func scatterAdd(
        _ operands: [BatchedValue], axis: Int
    ) throws(KalsaeError) -> Int {
        let base = try stacked(operands[0])
        let updates = try stacked(operands[2])
        let indices = operands[1]
        guard indices.isBatched else {
            return try add(.scatterAdd(axis: axis + 1), base, indices.position, updates)
        }
        let indexRank = shape(indices.position).rank - 1
        let size = shape(base)[axis + 1]
        let flat = try flattenedAxis(base, axis: axis)
        let shifted = try shiftedIndices(indices.position, size: size)
        // [count, before…, indices…, behind…] to [count, indices…, before…, behind…]
        var moved = updates
        if axis > 0 {
            let index = (0..<indexRank).map { 1 + axis + $0 }
            let behind = (1 + axis + indexRank)..<shape(updates).rank
            moved = try add(.transpose([0] + index + (1..<(1 + axis)) + behind), updates)
        }
        let added = try add(.scatterAdd(axis: 0), flat, shifted, moved)
        let others = shape(added).sizes.dropFirst()
        let members = try reshape(added, [count, size] + others)
        guard axis > 0 else { return members }
        let behind = (2 + axis)..<shape(members).rank
        return try add(.transpose([0] + (2..<(2 + axis)) + [1] + behind), members)
    }

    /// `[count, before…, size, behind…]` as `[count · size, before…, behind…]`.
    private mutating func flattenedAxis(_ position: Int, axis: Int) throws(KalsaeError) -> Int {
        var moved = position
        if axis > 0 {
            let before = 1..<(1 + axis)
            let behind = (2 + axis)..<shape(position).rank
            moved = try add(.transpose([0, 1 + axis] + before + behind), position)
        }
        return try folded(moved)
    }

    /// The indices of each member, moved to its part of the common axis; one outside of its member's
    /// part becomes one outside of all, so that it stays an error.
    private mutating func shiftedIndices(_ position: Int, size: Int) throws(KalsaeError) -> Int {
        let type = graph.nodes[position].type
        let shape = type.shape
        let (last, overflows) = size.multipliedReportingOverflow(by: count)
        guard !overflows, Scalar(integer: last, type.dtype).integer == last else {
            throw KalsaeError(
                "batched graph",
                expected: "indices into \(count) · \(size) entries that fit \(type.dtype)",
                got: "more", advice: "use int64 indices")
        }
        let members = try add(.iota(IotaParameters(TensorType(type.dtype, [count]), axis: 0)))
        let scale = try filled(size, like: TensorType(type.dtype, [count]))
        let offsets = try add(.binary(.multiply), members, scale)
        let column = try reshape(offsets, [count] + shape.dropFirst().map { _ in 1 })
        let wide = try add(.broadcast(shape), column)
        let shifted = try add(.binary(.add), position, wide)
        let zero = try filled(0, like: type)
        let end = try filled(size, like: type)
        let isNatural = try add(.compare(.lessOrEqual), zero, position)
        let isBelow = try add(.compare(.less), position, end)
        let isInside = try add(.binary(.logicalAnd), isNatural, isBelow)
        let outside = try filled(-1, like: type)
        return try add(.select, isInside, shifted, outside)
    }

    private mutating func filled(_ value: Int, like type: TensorType) throws(KalsaeError) -> Int {
        let scalar = Scalar(integer: value, type.dtype)
        let constant = try add(.constant(scalar))
        let single = try reshape(constant, type.shape.map { _ in 1 })
        return try add(.broadcast(type.shape), single)
    }
}
