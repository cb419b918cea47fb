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
                // NaN is the largest number; equal numbers keep their order.
                let order = values.indices.sorted { i, j in
                    let (x, y) = (values[i], values[j])
                    if x == y || (x != x && y != y) { return i < j }
                    let isLess = x == x && (y != y || x < y)
                    return descending ? !isLess : isLess
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
