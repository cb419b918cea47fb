import KalsaeBackend
import KalsaeGraph

/// The numbers of a buffer, to be looked through once.
struct Numbers {
    private let values: [Double]

    init(_ buffer: Buffer, _ type: TensorType) throws {
        values = try Tensor(buffer, type).values(Double.self)
    }

    /// The position of the first number that is NaN or infinite.
    var firstNotFinite: Int? { values.firstIndex { !$0.isFinite } }

    /// A number as text.
    func text(at position: Int) -> String {
        let value = values[position]
        return value.isNaN
            ? "nan" : value.isInfinite ? (value < 0 ? "-inf" : "inf") : "\(Float(value))"
    }

    /// The numbers in short.
    func range(_ name: String, _ type: TensorType) -> Examination.Range {
        var range = Examination.Range(name: name, type: "\(type)")
        for value in values {
            if value.isNaN {
                range.nan += 1
            } else if value.isInfinite {
                range.infinite += 1
            } else {
                range.least = Swift.min(range.least ?? value, value)
                range.greatest = Swift.max(range.greatest ?? value, value)
            }
        }
        return range
    }
}
