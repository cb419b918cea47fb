import KalsaeGraph

/// What summaries and profiles tell of a task.
extension PlannedTask {
    /// Sizes and types, as in `100x784, 784x50 -> 100x50`; `float32` goes without saying.
    package var detail: String {
        switch kind {
        case .op(let op), .convMaxPool(let op, _): op.detail
        case .epilogue(let op, let loop): "\(op.detail), \(loop.detail(product: true))"
        case .argmaxGradient(let gradient): gradient.op.detail
        case .loop(let loop): loop.detail(product: false)
        case .rows(let space, let stages):
            "over \(space.rows) rows of \(space.length), "
                + "\(Set(reads.map(\.storage)).count) in, \(writes.count) out, "
                + "\(stages.count) loops"
        case .joint(let members):
            "\(members.count) of \(Set(members.map(\.detail)).sorted().joined(separator: "; "))"
        }
    }

    /// Bytes that a run reads and writes: of each operand what its views reach, of each result all.
    package func bytes(_ storages: [Storage]) -> Double {
        var read: [Int: Int] = [:]
        var views = Set(reads)
        if case .op(let op) = kind, case .gather = op.kernelPrimitive {
            // Of the table only the rows that are asked for.
            views.remove(op.operands[0])
            read[op.operands[0].storage] = op.type.byteCount
        }
        for view in views {
            let bytes = view.distinctCount * storages[view.storage].dtype.byteSize
            read[view.storage, default: 0] += bytes
        }
        var total = 0.0
        for (storage, bytes) in read { total += Double(min(bytes, storages[storage].byteCount)) }
        for storage in Set(writes) { total += Double(storages[storage].byteCount) }
        return total
    }
}

extension View {
    /// Elements of the storage that are read at least once.
    fileprivate var distinctCount: Int {
        shape.indices.reduce(1) { strides[$1] == 0 ? $0 : $0 &* shape[$1] }
    }
}

extension LoweredOp {
    /// Operands and result, with the primitive's parameters where it has any.
    fileprivate var detail: String {
        let operands = operandTypes.map(\.short).joined(separator: ", ")
        let types = "\(operands.isEmpty ? "" : operands + " ")-> \(type.short)"
        switch kind {
        case .kernel(let primitive), .element(let primitive):
            let parameters = primitive.parameterText
            return parameters.isEmpty ? types : "\(types) (\(parameters))"
        case .reduction(_, let axes): return "\(types) (axes: \(axes))"
        case .copy: return "\(types) (strides: \(self.operands[0].strides))"
        }
    }
}

extension LoopPlan {
    /// The iteration space, what is reduced, and how many tensors are read and written.
    fileprivate func detail(product: Bool) -> String {
        let read = Set(loads.map(\.load.storage)).count - (product ? 1 : 0)
        let space = sizes.map(String.init).joined(separator: "x")
        let reduced = isReduced.indices.filter { isReduced[$0] }
        let hasReduction = outputs.contains { !$0.isElementwise } && !reduced.isEmpty
        let reduction = hasReduction ? ", reduces \(reduced)" : ""
        return "over \(space)\(reduction), \(read) in, \(outputs.count) out"
    }
}

extension TensorType {
    /// The sizes, with the type in front unless it is `float32`.
    fileprivate var short: String {
        let sizes = shape.isEmpty ? "1" : shape.map(String.init).joined(separator: "x")
        return dtype == .float32 ? sizes : "\(dtype.rawValue) \(sizes)"
    }
}
