import KalsaeSupport

extension BatchingContext {
    /// Products of members as one stack of products; where only the left operand differs, as one
    /// product of more rows.
    mutating func matrixProduct(
        _ parameters: MatrixProductParameters, _ operands: [BatchedValue]
    ) throws(KalsaeError) -> Int {
        let (left, right) = (operands[0], operands[1])
        let isFolded =
            !right.isBatched && !parameters.transposeLeft && shape(right.position).rank == 2
        guard isFolded else {
            return try graph.add(.matrixProduct(parameters), allStacked(operands))
        }
        let rows = try folded(left.position)
        let product = try add(.matrixProduct(parameters), rows, right.position)
        return try unfolded(product)
    }

    /// Convolution, pooling and attention treat each row of their batch alike: members become rows. A
    /// convolution with a kernel for each member is done member by member.
    mutating func windows(
        _ primitive: Primitive, _ operands: [BatchedValue], type: TensorType
    ) throws(KalsaeError) -> Int {
        let hasSharedKernel: Bool
        switch primitive.family {
        case .convolution, .convolutionInputGradient:
            guard !operands[1].isBatched else { return try unrolled(primitive, operands) }
            hasSharedKernel = true
        default: hasSharedKernel = false
        }
        var rows: [Int] = []
        for (index, operand) in operands.enumerated() {
            if hasSharedKernel, index == 1 {
                rows.append(operand.position)
            } else {
                let stacked = try stacked(operand)
                rows.append(try folded(stacked))
            }
        }
        let result = try graph.add(primitive, rows)
        return try reshape(result, [count] + type.shape.sizes)
    }

    /// The gradients for queries, keys and values lie one behind the other: each part is brought back
    /// to its members.
    mutating func attentionGradient(
        _ primitive: Primitive, _ operands: [BatchedValue]
    ) throws(KalsaeError) -> Int {
        var rows: [Int] = []
        for operand in operands {
            let stacked = try stacked(operand)
            rows.append(try folded(stacked))
        }
        let flat = try graph.add(primitive, rows)
        var parts: [Int] = []
        var start = 0
        for row in rows.prefix(3) {
            let size = shape(row).elementCount
            let part = try add(
                .slice(SliceParameters(starts: [start], counts: [size], strides: [1])), flat)
            parts.append(try reshape(part, [count, size / count]))
            start += size
        }
        return try graph.add(.concatenate(axis: 1), parts)
    }
}
