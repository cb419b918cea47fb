import KalsaeGraph
import KalsaeTensor

extension Tensor {
    /// `float64` numbers, as the lectures' worked examples use.
    static func doubles(_ values: [Double], _ shape: Shape) -> Tensor {
        Tensor(values, shape: shape)
    }

    /// A vector in `float64`.
    static func doubles(_ values: [Double]) -> Tensor { Tensor(values) }

    /// All elements as `Double`.
    var doubles: [Double] { get throws { try values(Double.self) } }
}

extension Array where Element == Double {
    var mean: Double { isEmpty ? .nan : reduce(0, +) / Double(count) }
}
