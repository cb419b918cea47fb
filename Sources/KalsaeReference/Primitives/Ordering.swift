import KalsaeGraph

extension Interpreter {
    /// The first positions of the stable order of each last line, as many as the type has.
    static func order(_ operand: Value, descending: Bool, _ type: TensorType) -> Value {
        let last = operand.shape.rank - 1
        let lines = operand.shape.lines(along: last)
        let count = type.shape[last]
        func positions<Number: Comparable>(_ numbers: [Number]) -> [Int64] {
            lines.flatMap { line in
                let values = line.map { numbers[$0] }
                // NaN comes last in both directions; equal numbers keep their order.
                let order = values.indices.sorted { i, j in
                    let (x, y) = (values[i], values[j])
                    if x != x || y != y { return x == x || (y != y && i < j) }
                    if x == y { return i < j }
                    return descending ? x > y : x < y
                }
                return order.prefix(count).map { Int64($0) }
            }
        }
        switch operand.numbers {
        case .floats(let numbers): return Value(type, .integers(positions(numbers)))
        case .integers(let numbers): return Value(type, .integers(positions(numbers)))
        }
    }
}
