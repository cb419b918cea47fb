import KalsaeGraph
import KalsaeReference
import KalsaeSupport
import KalsaeTensor
import Testing

/// Compares gradients with central differences in `float64` along random directions.
///
/// The derivative along `v` is taken from four values of the function,
/// `(f(x - 2hv) - 8 f(x - hv) + 8 f(x + hv) - f(x + 2hv)) / 12h`, exact up to `h⁴`. The error is
/// relative to the size that `g · v` has for a random direction, `|g| |v| / √n`.
public struct GradientCheck: Sendable {
    /// The largest relative error of a first derivative.
    public var firstTolerance = 1e-7
    /// The largest relative error of a second derivative.
    public var secondTolerance = 1e-5
    /// How many directions are tried.
    public var directions = 3
    /// The step `h`.
    public var step = 1e-3

    /// A check with the usual tolerances.
    public init() {}

    /// What is wrong with the gradients of a function of tensors, in one line, or nil.
    ///
    /// - Parameters:
    ///   - inputs: `float64` tensors; others are passed on and not differentiated.
    ///   - order: 1, or 2 to check the gradient of the gradient as well.
    ///   - function: any function; its result is reduced to one number with random weights.
    public func mismatch(
        at inputs: [Tensor], order: Int = 1, of function: @Sendable ([Tensor]) throws -> Tensor
    ) throws -> String? {
        let weights = RandomWeights(seed: 1)
        func scalar(_ tensors: [Tensor]) throws -> Tensor {
            try weights.reduce([function(tensors)])
        }
        if let text = try compare(inputs, scalar, firstTolerance) { return "first order: \(text)" }
        guard order > 1 else { return nil }
        let outer = RandomWeights(seed: 2)
        func slope(_ tensors: [Tensor]) throws -> Tensor {
            let gradients = try gradient(at: tensors, of: scalar)
            return try outer.reduce(
                zip(gradients, tensors).filter { $0.1.dtype.isDifferentiable }.map(\.0))
        }
        return try compare(inputs, slope, secondTolerance).map { "second order: \($0)" }
    }

    private func compare(
        _ inputs: [Tensor], _ function: ([Tensor]) throws -> Tensor, _ tolerance: Double
    ) throws -> String? {
        let gradients = try gradient(at: inputs, of: function)
        try Tensor.evaluate(gradients)
        for (input, gradient) in zip(inputs, gradients) where input.dtype == .float64 {
            guard gradient.shape == input.shape, gradient.dtype == input.dtype else {
                return "expected a gradient \(input.dtype)\(input.shape), "
                    + "got \(gradient.dtype)\(gradient.shape)"
            }
        }
        var generator = SampleGenerator(seed: 77)
        for direction in 0..<directions {
            let along = inputs.map { input -> Value? in
                guard input.dtype == .float64 else { return nil }
                return Domain.normal.value(TensorType(.float64, input.shape), &generator)
            }
            let predicted = try product(gradients, along)
            let size = try typicalSize(gradients, along)
            var values: [Double] = []
            for factor in [-2.0, -1, 1, 2] {
                let moved = try zip(inputs, along).map { try shift($0, $1, by: factor * step) }
                values.append(try function(moved).item(Double.self))
            }
            let measured =
                (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * step)
            let error = abs(measured - predicted)
            // Where the gradient is zero, differences still have the rounding of the values.
            let rounding = (values.map { max(abs($0), 1).ulp }.max() ?? 0) * 16 / step
            let scale = max(size, abs(measured))
            guard error <= tolerance * scale + rounding else {
                return "direction \(direction): expected derivative \(measured), got \(predicted)"
                    + " (error \(error) at size \(scale))"
            }
        }
        return nil
    }

    private func shift(_ input: Tensor, _ direction: Value?, by factor: Double) throws -> Tensor {
        guard let direction else { return input }
        let numbers = try Value(input).numbers.doubles
        let moved = zip(numbers, direction.numbers.doubles).map { $0 + factor * $1 }
        return try Tensor(Value(direction.type, .floats(moved)))
    }

    private func product(_ gradients: [Tensor], _ along: [Value?]) throws -> Double {
        var sum = 0.0
        for case (let gradient, let direction?) in zip(gradients, along) {
            let numbers = try Value(gradient).numbers.doubles
            for (g, v) in zip(numbers, direction.numbers.doubles) { sum += g * v }
        }
        return sum
    }

    private func typicalSize(_ gradients: [Tensor], _ along: [Value?]) throws -> Double {
        var (square, other, count) = (0.0, 0.0, 0)
        for case (let gradient, let direction?) in zip(gradients, along) {
            for g in try Value(gradient).numbers.doubles { square += g * g }
            for v in direction.numbers.doubles { other += v * v }
            count += direction.numbers.count
        }
        return (square * other / Double(max(count, 1))).squareRoot()
    }
}

/// Records an issue unless a function's gradients agree with central differences in `float64`.
public func checkGradient(
    at inputs: [Tensor], order: Int = 1, check: GradientCheck = GradientCheck(),
    sourceLocation: SourceLocation = #_sourceLocation,
    of function: @Sendable ([Tensor]) throws -> Tensor
) {
    do {
        record(try check.mismatch(at: inputs, order: order, of: function), sourceLocation)
    } catch {
        record("threw \(error)", sourceLocation)
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
            throw KalsaeError("gradient check", expected: "at least one tensor", got: "none")
        }
        return total
    }
}
