import KalsaeGraph
import KalsaeSupport

/// How well the gradient of a function agrees with central differences of its values.
public struct GradientReport: Sendable, CustomStringConvertible {
    /// The agreement for one input.
    public struct Input: Sendable {
        /// The input's path in the tree: `0`, `1`, … in an array, `hidden.weight` in a model.
        public var path: String
        /// The slope along the direction in which the two differ most, by the gradient.
        public var slope: Double
        /// The same by central differences.
        public var difference: Double
        /// `|slope - difference|` over the larger of both and of a hundredth of the gradient's
        /// own size in that direction; infinite where either is no finite number.
        public var relativeError: Double
    }

    /// 1 for the gradient, 2 for the gradient of the gradient.
    public var order: Int
    /// One entry for each floating-point parameter, in the order of the tree.
    public var inputs: [Input]

    /// The largest relative error of all inputs; 0 without inputs.
    public var largestRelativeError: Double { inputs.map(\.relativeError).max() ?? 0 }

    /// The input with the largest error, on one line.
    public var description: String {
        guard let worst = inputs.max(by: { $0.relativeError < $1.relativeError }) else {
            return "no floating-point input"
        }
        return "order \(order), input \(worst.path): slope \(worst.slope), by differences"
            + " \(worst.difference), relative error \(worst.relativeError)"
    }
}

/// Compares the gradient of a function with central differences of its values, in `float64`.
///
/// For each input `x` and some random directions `v`, the slope `∇f · v` is compared with
/// `(f(x + hv) - f(x - hv)) / 2h`, extrapolated from h and 2h so that its error falls with h⁴.
/// Smooth functions agree to better than 1e-7. A kink nearer than `2 · step` spoils that.
/// - Parameters:
///   - function: from a tensor, an array of tensors or a model to a tensor. A result of more than
///     one element is reduced by a sum with fixed random weights.
///   - tree: where to check. Floating-point tensors are converted to `float64`; tensors of whole
///     numbers and tensors that are only carried along stay as they are.
///   - directions: how many random directions for each input.
///   - step: h, relative to elements larger than 1.
///   - seed: of directions and weights.
///   - order: 1 checks the gradient, 2 the gradient of `∇f · u` with a fixed random u.
/// - Returns: the errors; the caller judges them.
/// - Throws: the fault of the function's result, or a `KalsaeError`.
public func checkGradient<Tree: TensorTree>(
    of function: (Tree) throws -> Tensor, at tree: Tree, directions: Int = 2,
    step: Double = 1e-4, seed: Int = 0, order: Int = 1
) throws -> GradientReport {
    guard order == 1 || order == 2, directions > 0, step > 0 else {
        throw KalsaeError(
            "checkGradient", expected: "order 1 or 2, at least one direction, a positive step",
            got: "order \(order), \(directions) directions, step \(step)")
    }
    let point = tree.mapTensors { _, x in x.dtype.isFloat ? x.cast(to: .float64) : x }
    try point.evaluate()
    let probe = GradientProbe(step: step, seed: seed)
    func value(_ tree: Tree) throws -> Tensor { try probe.weighted(try function(tree)) }
    func slope(_ tree: Tree) throws -> Tensor {
        let gradients = try gradient(at: tree, of: value).tensors
        var sum = Tensor(0.0 as Double)
        for (index, (path, gradient)) in gradients.enumerated() where path.isChecked(gradient) {
            sum += (gradient * probe.direction(gradient.shape, -1, index)).sum()
        }
        return sum
    }
    return GradientReport(
        order: order,
        inputs: try probe.inputs(of: order == 1 ? value : slope, point, directions))
}

extension TensorPath {
    /// Whether a tensor at this path is differentiated: the same for it and its gradient.
    fileprivate func isChecked(_ tensor: Tensor) -> Bool {
        role == .parameter && tensor.dtype == .float64
    }
}

/// The random directions of a check, and its differences.
private struct GradientProbe {
    let step: Double
    let seed: Int

    /// The function's result as one number.
    func weighted(_ result: Tensor) throws -> Tensor {
        if let fault = result.fault { throw fault }
        guard result.dtype == .float64 else {
            throw KalsaeError(
                "checkGradient", expected: "a float64 result of float64 inputs",
                got: result.dtype.rawValue, advice: "make constants in the type of the input")
        }
        guard result.count != 1 else { return result.reshaped(to: []) }
        let key = RandomKey(seed: seed, stream: -1)
        let weights = Tensor.uniform(result.shape, low: 0.5, high: 1.5, key: key, dtype: .float64)
        return (result * weights).sum()
    }

    /// Numbers of size .5 to 1 and random sign, in the shape of an input.
    func direction(_ shape: Shape, _ number: Int, _ input: Int) -> Tensor {
        let key = RandomKey(seed: seed, stream: input, step: number)
        let even = Tensor.uniform(shape, low: -1, high: 1, key: key, dtype: .float64)
        return (even .< 0).select(even - 1, even + 1) * 0.5
    }

    func inputs<Tree: TensorTree>(
        of function: (Tree) throws -> Tensor, _ point: Tree, _ directions: Int
    ) throws -> [GradientReport.Input] {
        let gradients = try gradient(at: point, of: function)
        try gradients.evaluate()
        var inputs: [GradientReport.Input] = []
        let slopes = zip(point.tensors, gradients.tensors.map(\.tensor))
        for (index, ((path, x), gradient)) in slopes.enumerated() where path.isChecked(x) {
            var worst: GradientReport.Input?
            for number in 0..<directions {
                let unit = direction(x.shape, number, index)
                let direction = try (unit * x.abs().clipped(to: 1...)).evaluate()
                let parts = try (gradient * direction).values(Double.self)
                let along = try differences(of: function, point, index, direction)
                let found = compare(path.name, parts, along.difference, noise: along.noise)
                if worst.map({ found.relativeError > $0.relativeError }) ?? true { worst = found }
            }
            if let worst { inputs.append(worst) }
        }
        return inputs
    }

    /// The slope by four values, and how far it may be from the true one.
    private func differences<Tree: TensorTree>(
        of function: (Tree) throws -> Tensor, _ point: Tree, _ input: Int, _ direction: Tensor
    ) throws -> (difference: Double, noise: Double) {
        var largest = 0.0
        func value(_ distance: Double) throws -> Double {
            var index = 0
            // The distance is data, so that all values come from one plan.
            let moved = point.mapTensors { _, x in
                defer { index += 1 }
                return index == input ? x + direction * Tensor(distance) : x
            }
            let value = try function(moved).item(Double.self)
            largest = max(largest, value.magnitude)
            return value
        }
        let near = try (value(step) - value(-step)) / (2 * step)
        let far = try (value(2 * step) - value(-2 * step)) / (4 * step)
        let difference = (4 * near - far) / 3
        // Rounding of the values, and a millionth of what extrapolating has mended.
        let rounding = 4 * largest.ulp / step
        return (difference, rounding + 1e-6 * (difference - near).magnitude)
    }

    private func compare(
        _ path: String, _ parts: [Double], _ difference: Double, noise: Double
    ) -> GradientReport.Input {
        let slope = parts.reduce(0, +)
        let size = parts.reduce(0) { $0 + $1.magnitude }
        let gap = (slope - difference).magnitude
        var error = 0.0
        if !gap.isFinite {
            error = .infinity
        } else if gap > noise {
            error = gap / max(slope.magnitude, difference.magnitude, 0.01 * size)
        }
        return GradientReport.Input(
            path: path, slope: slope, difference: difference, relativeError: error)
    }
}
