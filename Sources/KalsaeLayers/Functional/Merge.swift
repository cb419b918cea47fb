import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// How several tensors become one.
public enum Merge: String, CaseIterable, Codable, Hashable, Sendable {
    /// The sum, element by element.
    case add
    /// The product, element by element.
    case multiply
    /// The mean, element by element.
    case average
    /// The largest, element by element.
    case maximum
    /// Joined along the last axis.
    case concatenate

    /// The merged tensor; all but ``concatenate`` want one shape.
    public func callAsFunction(_ tensors: [Tensor]) -> Tensor {
        for tensor in tensors where tensor.fault != nil { return tensor }
        guard let first = tensors.first, fits(tensors.map(\.shape)) else {
            let shapes = tensors.map { "\($0.shape)" }.joined(separator: ", ")
            return refusal(
                rawValue,
                expected: self == .concatenate
                    ? "tensors that differ in the last axis only" : "tensors of one shape",
                got: shapes.isEmpty ? "none" : shapes, tensors)
        }
        let rest = tensors.dropFirst()
        switch self {
        case .add: return rest.reduce(first, +)
        case .multiply: return rest.reduce(first, *)
        case .average: return rest.reduce(first, +) / Double(tensors.count)
        case .maximum: return rest.reduce(first) { $0.maximum($1) }
        case .concatenate: return .concatenate(tensors, axis: -1)
        }
    }

    private func fits(_ shapes: [Shape]) -> Bool {
        guard self == .concatenate else { return Set(shapes).count == 1 }
        return Set(shapes.map { Shape($0.dropLast()) }).count == 1
            && shapes.allSatisfy { $0.rank > 1 }
    }
}
