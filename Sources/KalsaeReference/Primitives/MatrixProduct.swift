import KalsaeGraph

extension Interpreter {
    static func matrixProduct(
        _ left: Value, _ right: Value, _ parameters: MatrixProductParameters, _ type: TensorType
    ) -> Value {
        let rank = type.shape.rank
        let inner = left.shape[rank - (parameters.transposeLeft ? 2 : 1)]
        /// The positions of the pairs that one element of the result sums over.
        func pairs(_ place: [Int]) -> [(left: Int, right: Int)] {
            let stack = Array(place.prefix(rank - 2))
            let (row, column) = (place[rank - 2], place[rank - 1])
            return (0..<inner).map { k in
                let l = parameters.transposeLeft ? [k, row] : [row, k]
                let r = parameters.transposeRight ? [column, k] : [k, column]
                return (left.shape.position(of: stack + l), right.shape.position(of: stack + r))
            }
        }
        switch left.numbers {
        case .floats(let x):
            let y = right.numbers.doubles
            let results = type.shape.places.map { place in
                pairs(place).reduce(0.0) { $0 + x[$1.left] * y[$1.right] }
            }
            return Value(type, .floats(results))
        case .integers(let x):
            let y = right.numbers.integers
            let results = type.shape.places.map { place in
                pairs(place).reduce(Int64(0)) { $0 &+ x[$1.left] &* y[$1.right] }
            }
            return Value(type, wrapping: results)
        }
    }
}
