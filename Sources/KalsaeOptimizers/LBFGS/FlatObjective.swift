import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// All trained numbers of a model one behind the other.
struct FlatVector: Equatable {
    var values: [Double]

    static func - (left: FlatVector, right: FlatVector) -> FlatVector {
        left.adding(right, times: -1)
    }

    func adding(_ other: FlatVector, times factor: Double) -> FlatVector {
        FlatVector(values: zip(values, other.values).map { $0 + factor * $1 })
    }

    func scaled(by factor: Double) -> FlatVector {
        FlatVector(values: values.map { $0 * factor })
    }

    func dot(_ other: FlatVector) -> Double {
        zip(values, other.values).reduce(0) { $0 + $1.0 * $1.1 }
    }

    var largestMagnitude: Double { values.reduce(0) { max($0, abs($1)) } }
    var sumOfMagnitudes: Double { values.reduce(0) { $0 + abs($1) } }
}

/// A position with the function's value and gradient there.
struct FlatPoint {
    var position: FlatVector
    var value: Double
    var gradient: FlatVector
}

/// A function of a model as a function of its numbers.
final class FlatObjective<Tree: TensorTree> {
    private let structure: Tree
    private let function: (Tree) throws -> Tensor
    private(set) var evaluations = 0
    let start: FlatVector

    init(_ model: Tree, _ function: @escaping (Tree) throws -> Tensor) throws {
        structure = model
        self.function = function
        start = try Self.flatten(model)
    }

    /// The value and the gradient at a position.
    func evaluate(_ position: FlatVector) throws -> FlatPoint {
        evaluations += 1
        let (value, slopes) = try valueAndGradient(at: model(at: position), of: function)
        try Tensor.evaluate([value] + slopes.tensors.map(\.tensor))
        return FlatPoint(
            position: position, value: try value.item(Double.self),
            gradient: try Self.flatten(slopes))
    }

    /// The model with the numbers of a position.
    func model(at position: FlatVector) -> Tree {
        var next = 0
        return structure.mapTensors { path, tensor in
            guard Self.isMoved(path, tensor) else { return tensor }
            let range = next..<(next + tensor.count)
            next = range.upperBound
            let values = Tensor(Array(position.values[range]), shape: tensor.shape)
            return values.cast(to: tensor.dtype)
        }
    }

    private static func flatten(_ model: Tree) throws -> FlatVector {
        var values: [Double] = []
        for (path, tensor) in model.tensors {
            if let fault = tensor.fault { throw fault }
            if isMoved(path, tensor) { values += try tensor.values(Double.self) }
        }
        return FlatVector(values: values)
    }

    private static func isMoved(_ path: TensorPath, _ tensor: Tensor) -> Bool {
        path.role == .parameter && tensor.dtype.isDifferentiable
    }
}
