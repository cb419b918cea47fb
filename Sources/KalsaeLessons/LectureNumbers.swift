import KalsaeGraph
import KalsaeTensor

extension Tensor {
    /// `float64` numbers, as the lectures' worked examples use.
    static func doubles(_ values: [Double], _ shape: Shape) -> Tensor {
        Tensor(values, shape: shape)
    }

    /// A vector in `float64`.
    static func doubles(_ values: [Double]) -> Tensor { Tensor(values) }

    /// A matrix in `float32`.
    static func floats(_ rows: [[Double]]) -> Tensor {
        Tensor(
            rows.flatMap { $0.map { Float($0) } }, shape: [rows.count, rows.first?.count ?? 0])
    }

    /// All elements as `Double`.
    var doubles: [Double] { get throws { try values(Double.self) } }
}

extension Array where Element == Double {
    var mean: Double { isEmpty ? .nan : reduce(0, +) / Double(count) }

    /// The means of neighbors: of each number and those up to `reach` before and behind it.
    func smoothed(_ reach: Int) -> [Double] {
        indices.map {
            Array(self[Swift.max($0 - reach, 0)..<Swift.min($0 + reach + 1, count)]).mean
        }
    }
}
