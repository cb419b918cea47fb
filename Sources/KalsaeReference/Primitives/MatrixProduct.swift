import KalsaeGraph

extension Interpreter {
    static func matrixProduct(
        _ left: Value, _ right: Value, _ parameters: MatrixProductParameters, _ type: TensorType
    ) -> Value {
        let rank = type.shape.rank
        let (rows, columns) = (type.shape[rank - 2], type.shape[rank - 1])
        let inner = left.shape[rank - (parameters.transposeLeft ? 2 : 1)]
        let stacks = type.shape.prefix(rank - 2).reduce(1, *)

        /// Calls `sum` for each element of the result with the positions of the pairs it sums over.
        func forEachElement(_ sum: (_ left: (Int) -> Int, _ right: (Int) -> Int) -> Void) {
            for stack in 0..<stacks {
                for row in 0..<rows {
                    for column in 0..<columns {
                        let (x, y) = (stack * rows * inner, stack * inner * columns)
                        sum(
                            { x + (parameters.transposeLeft ? $0 * rows + row : row * inner + $0) },
                            {
                                y
                                    + (parameters.transposeRight
                                        ? column * inner + $0 : $0 * columns + column)
                            })
                    }
                }
            }
        }

        switch left.numbers {
        case .floats(let x):
            let y = right.numbers.doubles
            var results: [Double] = []
            forEachElement { left, right in
                var sum = 0.0
                for k in 0..<inner { sum += x[left(k)] * y[right(k)] }
                results.append(sum)
            }
            return Value(type, .floats(results))
        case .integers(let x):
            let y = right.numbers.integers
            var results: [Int64] = []
            forEachElement { left, right in
                var sum: Int64 = 0
                for k in 0..<inner { sum &+= x[left(k)] &* y[right(k)] }
                results.append(sum)
            }
            return Value(type, wrapping: results)
        }
    }
}
