import KalsaeSupport

/// A value of a graph that is being batched.
struct BatchedValue {
    /// Its position in the new graph.
    var position: Int
    /// Whether it has the leading axis; else it is the same for all members.
    var isBatched: Bool

    init(_ position: Int, isBatched: Bool) {
        self.position = position
        self.isBatched = isBatched
    }
}

/// The new graph, and what rules need to add to it.
struct BatchingContext {
    /// The number of members.
    let count: Int
    /// The graph so far; its inputs in the order of the old one's.
    var graph = Graph()

    init(count: Int) { self.count = count }

    /// The shape of a node of the new graph.
    func shape(_ position: Int) -> Shape { graph.nodes[position].type.shape }

    mutating func add(_ primitive: Primitive, _ operands: Int...) throws(KalsaeError) -> Int {
        try graph.add(primitive, operands)
    }

    mutating func addInput(
        _ type: TensorType, isBatched: Bool
    ) throws(KalsaeError) -> BatchedValue {
        guard isBatched else { return BatchedValue(graph.addInput(type), isBatched: false) }
        let shape = Shape([count] + type.shape.sizes)
        guard shape.isValid else {
            throw KalsaeError(
                "batched graph", expected: "at most \(Shape.largestElementCount) elements",
                got: "\(shape)")
        }
        return BatchedValue(graph.addInput(TensorType(type.dtype, shape)), isBatched: true)
    }

    /// The value with the leading axis, repeated where it had none.
    mutating func stacked(_ value: BatchedValue) throws(KalsaeError) -> Int {
        guard !value.isBatched else { return value.position }
        let sizes = shape(value.position).sizes
        let single = try add(.reshape(Shape([1] + sizes)), value.position)
        return try add(.broadcast(Shape([count] + sizes)), single)
    }

    mutating func reshape(_ position: Int, _ sizes: [Int]) throws(KalsaeError) -> Int {
        try shape(position).sizes == sizes ? position : add(.reshape(Shape(sizes)), position)
    }

    /// The node with `axis` brought to the front, or with the first axis brought to `axis`.
    mutating func moveToFront(_ position: Int, axis: Int) throws(KalsaeError) -> Int {
        guard axis > 0 else { return position }
        let others = shape(position).indices.filter { $0 != axis }
        return try add(.transpose([axis] + others), position)
    }

    mutating func moveFront(_ position: Int, to axis: Int) throws(KalsaeError) -> Int {
        guard axis > 0 else { return position }
        var permutation = Array(1..<shape(position).rank)
        permutation.insert(0, at: axis)
        return try add(.transpose(permutation), position)
    }

    /// The leading axis and the one behind it as one: members become rows of a larger batch.
    mutating func folded(_ position: Int) throws(KalsaeError) -> Int {
        let sizes = shape(position).sizes
        return try reshape(position, [sizes[0] * sizes[1]] + sizes[2...])
    }

    /// The first axis as members and the rest.
    mutating func unfolded(_ position: Int) throws(KalsaeError) -> Int {
        let sizes = shape(position).sizes
        return try reshape(position, [count, sizes[0] / count] + sizes[1...])
    }

    /// One member of a value.
    mutating func member(_ index: Int, of value: BatchedValue) throws(KalsaeError) -> Int {
        guard value.isBatched else { return value.position }
        let sizes = shape(value.position).sizes
        var starts = sizes.map { _ in 0 }
        starts[0] = index
        let slice = SliceParameters(
            starts: starts, counts: [1] + sizes[1...], strides: sizes.map { _ in 1 })
        let part = try add(.slice(slice), value.position)
        return try reshape(part, Array(sizes[1...]))
    }

    /// The primitive once for each member, the results stacked: for what has no kernel of its own for
    /// many members.
    mutating func unrolled(
        _ primitive: Primitive, _ operands: [BatchedValue]
    ) throws(KalsaeError) -> Int {
        var results: [Int] = []
        for index in 0..<count {
            var members: [Int] = []
            for operand in operands { members.append(try member(index, of: operand)) }
            let result = try graph.add(primitive, members)
            results.append(try reshape(result, [1] + shape(result).sizes))
        }
        return try graph.add(.concatenate(axis: 0), results)
    }
}
