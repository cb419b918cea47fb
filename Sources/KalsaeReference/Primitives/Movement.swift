import KalsaeGraph
import KalsaeSupport

extension Interpreter {
    static func broadcast(_ operand: Value, to type: TensorType) -> Value {
        let positions = type.shape.multiIndices.map { index in
            let source = index.indices.map { operand.shape[$0] == 1 ? 0 : index[$0] }
            return operand.shape.position(of: source)
        }
        return Value(type, operand.numbers.picking(positions))
    }

    static func transpose(_ operand: Value, _ permutation: [Int], _ type: TensorType) -> Value {
        let positions = type.shape.multiIndices.map { index in
            var source = index
            for axis in index.indices { source[permutation[axis]] = index[axis] }
            return operand.shape.position(of: source)
        }
        return Value(type, operand.numbers.picking(positions))
    }

    static func slice(_ operand: Value, _ slice: SliceParameters, _ type: TensorType) -> Value {
        let positions = type.shape.multiIndices.map { index in
            let source = index.indices.map { slice.starts[$0] + index[$0] * slice.strides[$0] }
            return operand.shape.position(of: source)
        }
        return Value(type, operand.numbers.picking(positions))
    }

    static func pad(
        _ operand: Value, _ value: Value, _ pad: PadParameters, _ type: TensorType
    ) -> Value {
        // The padding stands behind the elements, and every index points there at first.
        let all = operand.numbers.joined(with: value.numbers)
        var positions = [Int](repeating: operand.numbers.count, count: type.shape.elementCount)
        for (position, index) in operand.shape.multiIndices.enumerated() {
            let target = index.indices.map { pad.low[$0] + index[$0] * (pad.interior[$0] + 1) }
            positions[type.shape.position(of: target)] = position
        }
        return Value(type, all.picking(positions))
    }

    static func concatenate(_ operands: [Value], axis: Int, _ type: TensorType) -> Value {
        var all = operands[0].numbers
        for operand in operands.dropFirst() { all = all.joined(with: operand.numbers) }
        var positions = [Int](repeating: 0, count: type.shape.elementCount)
        var start = 0
        var position = 0
        for operand in operands {
            for index in operand.shape.multiIndices {
                var target = index
                target[axis] += start
                positions[type.shape.position(of: target)] = position
                position += 1
            }
            start += operand.shape[axis]
        }
        return Value(type, all.picking(positions))
    }

    static func gather(
        _ values: Value, _ indices: Value, axis: Int, _ type: TensorType
    ) throws(KalsaeError) -> Value {
        let sources = try entries("gather", values.shape, indices, axis: axis, type.shape)
        return Value(type, values.numbers.picking(sources))
    }

    static func scatterAdd(
        _ base: Value, _ indices: Value, _ updates: Value, axis: Int
    ) throws(KalsaeError) -> Value {
        let targets = try entries("scatterAdd", base.shape, indices, axis: axis, updates.shape)
        switch base.numbers {
        case .floats(var numbers):
            for (target, update) in zip(targets, updates.numbers.doubles) {
                numbers[target] += update
            }
            return Value(base.type, .floats(numbers))
        case .integers(var numbers):
            for (target, update) in zip(targets, updates.numbers.integers) {
                numbers[target] &+= update
            }
            return Value(base.type, wrapping: numbers)
        }
    }

    /// For each gathered index `[before, indices, after]` its position in the values.
    private static func entries(
        _ name: String, _ values: Shape, _ indices: Value, axis: Int, _ gathered: Shape
    ) throws(KalsaeError) -> [Int] {
        let numbers = indices.numbers.integers
        for number in numbers where !(0..<Int64(values[axis])).contains(number) {
            throw KalsaeError(
                name, expected: "indices from 0 to \(values[axis] - 1)", got: "\(number)")
        }
        let rank = indices.shape.rank
        return gathered.multiIndices.map { index in
            let asked = Array(index[axis..<axis + rank])
            let number = Int(numbers[indices.shape.position(of: asked)])
            return values.position(of: index[..<axis] + [number] + index[(axis + rank)...])
        }
    }
}
