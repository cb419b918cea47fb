import KalsaeGraph
import KalsaeSupport
import KalsaeTensor
import Testing

/// Records an issue unless a function's gradients agree with central differences in `float64`.
///
/// - Parameters:
///   - function: from a tensor, an array of tensors or a model to a tensor.
///   - tree: where to check; away from kinks.
///   - order: 1, or 2 to check the gradient of the gradient as well.
public func expectGradient<Tree: TensorTree>(
    of function: (Tree) throws -> Tensor, at tree: Tree, order: Int = 1,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    do {
        record(try Closeness.gradientMismatch(of: function, at: tree, order: order), sourceLocation)
    } catch {
        record("threw \(error)", sourceLocation)
    }
}

extension Closeness {
    /// The largest relative error of a first derivative.
    public static let firstOrderTolerance = 1e-7
    /// The largest relative error of a second derivative.
    public static let secondOrderTolerance = 1e-5

    /// What is wrong with a function's gradients in one line, or nil; see `expectGradient`.
    public static func gradientMismatch<Tree: TensorTree>(
        of function: (Tree) throws -> Tensor, at tree: Tree, order: Int = 1
    ) throws -> String? {
        for (level, tolerance) in [(1, firstOrderTolerance), (2, secondOrderTolerance)]
        where level <= order {
            let report = try checkGradient(of: function, at: tree, directions: 3, order: level)
            // Not "larger than": NaN must fail too.
            if !(report.largestRelativeError < tolerance) { return "gradient of \(report)" }
        }
        return nil
    }
}

/// Turns tensors into one number by fixed random weights, so that no gradient is all ones.
struct RandomWeights {
    var seed: UInt64

    func reduce(_ tensors: [Tensor]) throws -> Tensor {
        var generator = SampleGenerator(seed: seed)
        var total: Tensor?
        for tensor in tensors {
            if let fault = tensor.fault { throw fault }
            let type = TensorType(tensor.dtype, tensor.shape)
            let weights = try Tensor(Domain.nonzero.value(type, &generator))
            let part = (tensor * weights).sum()
            total = total.map { $0 + part } ?? part
        }
        guard let total else {
            throw KalsaeError("gradient", expected: "at least one tensor", got: "none")
        }
        return total
    }
}
