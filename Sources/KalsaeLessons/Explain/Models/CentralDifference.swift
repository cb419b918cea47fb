import Kalsae

/// One number's gradient, beside the central difference of the result.
public struct CentralDifference: Sendable, Equatable {
    /// The number's position in its tensor, counted along the rows.
    public let index: Int
    /// By reverse differentiation.
    public let gradient: Double
    /// (f(x + h) - f(x - h)) / 2h.
    public let numeric: Double

    /// How far they are apart; infinite where either is no number.
    public var gap: Double {
        let gap = (gradient - numeric).magnitude
        return gap.isNaN ? .infinity : gap
    }

    /// h, relative to numbers above 1.
    static let step = 1e-5
}

/// Which numbers of a tensor are moved: all of a small network, else some of each tensor, evenly
/// spread.
struct NumericEntries {
    private let most: Int

    /// The most numbers of all tensors together, and of one.
    private static let budget = (all: 512, one: 64)

    init(model: Sequential, inputs: Int) {
        let tensors = model.tensors.count + 1
        let isSmall = model.parameterCount + inputs <= Self.budget.all
        most =
            isSmall
            ? Self.budget.all : Swift.min(Swift.max(Self.budget.all / tensors, 2), Self.budget.one)
    }

    func chosen(of count: Int) -> [Int] {
        guard count > most else { return Array(0..<count) }
        return (0..<most).map { $0 * (count - 1) / (most - 1) }
    }
}

extension ModelPass {
    /// Central differences by numbers of a parameter.
    ///
    /// - Parameter parameter: its position among the model's tensors.
    func differences(
        _ model: Sequential, parameter: Int, gradient: Tensor, _ entries: [Int]
    ) throws -> [CentralDifference] {
        let tensor = model.tensors[parameter].tensor
        return try differences(at: try tensor.values(Double.self), gradient, entries) { moved in
            var position = 0
            let other = model.mapTensors { _, own in
                defer { position += 1 }
                return position == parameter ? Tensor(moved, shape: tensor.shape) : own
            }
            return try result(other, question.input)
        }
    }

    /// Central differences by numbers of the input.
    func differences(
        _ model: Sequential, _ input: [Double], gradient: Tensor, _ entries: [Int]
    ) throws -> [CentralDifference] {
        try differences(at: input, gradient, entries) { try result(model, $0) }
    }

    private func differences(
        at values: [Double], _ gradient: Tensor, _ entries: [Int],
        of function: ([Double]) throws -> Double
    ) throws -> [CentralDifference] {
        let slopes = try gradient.values(Double.self)
        var moved = values
        return try entries.map { index in
            let step = CentralDifference.step * Swift.max(1, values[index].magnitude)
            moved[index] = values[index] + step
            let above = try function(moved)
            moved[index] = values[index] - step
            let below = try function(moved)
            moved[index] = values[index]
            return CentralDifference(
                index: index, gradient: slopes[index], numeric: (above - below) / (2 * step))
        }
    }
}
