import KalsaeSupport

extension Primitive {
    /// Adds the primitive for all members; at least one operand is batched, and so is the result.
    ///
    /// - Parameter type: the result's type for one member.
    func batched(
        _ operands: [BatchedValue], type: TensorType, in batch: inout BatchingContext
    ) throws(KalsaeError) -> Int {
        let first = operands[0].position
        switch self {
        case .input, .constant, .iota:
            return first
        case .unary, .cast, .identity, .argSort, .topK:
            return try batch.add(self, first)
        case .binary, .compare, .select:
            return try batch.graph.add(self, batch.allStacked(operands))
        case .broadcast(let shape):
            return try batch.add(.broadcast(Shape([batch.count] + shape.sizes)), first)
        case .reshape(let shape):
            return try batch.add(.reshape(Shape([batch.count] + shape.sizes)), first)
        case .transpose(let permutation):
            return try batch.add(.transpose([0] + permutation.map { $0 + 1 }), first)
        case .slice(let slice):
            return try batch.add(.slice(slice.batched(batch.count)), first)
        case .pad(let pad):
            // One number pads all; members with numbers of their own are padded apart.
            guard !operands[1].isBatched else { return try batch.unrolled(self, operands) }
            return try batch.add(.pad(pad.batched), first, operands[1].position)
        case .concatenate(let axis):
            return try batch.graph.add(
                .concatenate(axis: axis + 1), batch.allStacked(operands))
        case .gather(let axis):
            return try batch.gather(operands[0], operands[1], axis: axis)
        case .scatterAdd(let axis):
            return try batch.scatterAdd(operands, axis: axis)
        case .reduce(let reduction, let axes):
            return try batch.add(.reduce(reduction, axes: axes.map { $0 + 1 }), first)
        case .argReduce(let reduction, let axis):
            return try batch.add(.argReduce(reduction, axis: axis + 1), first)
        case .scan(let scan, var parameters):
            parameters.axis += 1
            return try batch.add(.scan(scan, parameters), first)
        case .matrixProduct(let parameters):
            return try batch.matrixProduct(parameters, operands)
        case .convolution, .pool, .poolGradient, .attention:
            return try batch.windows(self, operands, type: type)
        case .convolutionInputGradient(let parameters, var shape):
            guard !operands[1].isBatched else { return try batch.unrolled(self, operands) }
            shape[0] *= batch.count
            let folded: Primitive = .convolutionInputGradient(parameters, shape)
            return try batch.windows(folded, operands, type: type)
        case .convolutionWeightGradient, .random:
            return try batch.unrolled(self, operands)
        case .attentionGradient:
            return try batch.attentionGradient(self, operands)
        case .barrier:
            // What is waited for may have any shape.
            let stacked = try batch.stacked(operands[0])
            return try batch.add(self, stacked, operands[1].position)
        }
    }
}

extension SliceParameters {
    /// The same slice of every member.
    fileprivate func batched(_ count: Int) -> SliceParameters {
        SliceParameters(starts: [0] + starts, counts: [count] + counts, strides: [1] + strides)
    }
}

extension PadParameters {
    /// The same padding of every member.
    fileprivate var batched: PadParameters {
        PadParameters(low: [0] + low, high: [0] + high, interior: [0] + interior)
    }
}

extension BatchingContext {
    /// All values with the leading axis.
    mutating func allStacked(_ values: [BatchedValue]) throws(KalsaeError) -> [Int] {
        var positions: [Int] = []
        for value in values { positions.append(try stacked(value)) }
        return positions
    }
}
