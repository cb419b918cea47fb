import Glibc
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Adafactor (Shazeer and Stern, 2018): mean squares kept as one row and one column per matrix.
///
/// With `b = t^decayPower` (so that the first step takes all of the gradient):
/// `R ← R + b (mean of g² along the last axis - R)`, `C` the same along the axis before it,
/// `v = R · C / mean(R)`; of a vector `v ← v + b (g² - v)`. Then `u = g / √max(v, epsilon²)`,
/// `p ← p - α · u / max(1, rms(u) / clipThreshold)` with
/// `α = min(learningRate, 1/√t) · max(minimumScale, rms(p))`.
public struct Adafactor: Optimizer {
    /// The largest rate, relative to the size of a parameter.
    public var learningRate: Double
    /// How quickly old squares are forgotten: the share of the new ones is `t^decayPower`.
    public var decayPower: Double
    /// Below which mean squares are not let; nil for the spacing of numbers near 1.
    public var epsilon: Double?
    /// The least size that a parameter is taken to have.
    public var minimumScale: Double
    /// How large the root of the mean square of a step may be.
    public var clipThreshold: Double

    /// Makes the optimizer; the defaults are PyTorch's.
    public init(
        learningRate: Double = 0.01, decayPower: Double = -0.8, epsilon: Double? = nil,
        minimumScale: Double = 0.001, clipThreshold: Double = 1
    ) {
        self.learningRate = learningRate
        self.decayPower = decayPower
        self.epsilon = epsilon
        self.minimumScale = minimumScale
        self.clipThreshold = clipThreshold
    }

    /// Row and column of a matrix; a vector has one slot.
    public var slotCount: Int { 2 }

    /// Zeros: a matrix's row means `[…, rows, 1]` and column means `[…, 1, columns]`; a vector's
    /// squares.
    public func initialSlots(for parameter: Tensor, at path: TensorPath) -> [Tensor] {
        let sizes = parameter.shape.sizes
        guard sizes.count >= 2 else { return [.zeros(like: parameter)] }
        var (rows, columns) = (sizes, sizes)
        rows[sizes.count - 1] = 1
        columns[sizes.count - 2] = 1
        return [rows, columns].map { Tensor.zeros(Shape($0), dtype: parameter.dtype) }
    }

    /// The settings with their rules.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("learningRate", &learningRate, .notNegative)
        try settings("decayPower", &decayPower, .negative)
        try settings("epsilon", &epsilon, .positive)
        try settings("minimumScale", &minimumScale, .notNegative)
        try settings("clipThreshold", &clipThreshold, .positive)
    }

    /// The rate of the step, the share of new squares with its complement, and the thresholds.
    public func scalars(step: Int) -> OptimizerScalars {
        let share = pow(Double(step), decayPower)
        let rate = min(learningRate, 1 / sqrt(Double(step)))
        return [
            "rate": rate, "share": share, "oneMinusShare": 1 - share,
            "minimumScale": minimumScale, "clipThreshold": clipThreshold,
        ]
    }

    /// One step.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars s: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let epsilon = self.epsilon ?? (parameter.dtype == .float64 ? 0x1p-52 : 0x1p-23)
        let squares = gradient * gradient
        let (take, keep) = (s.share, s.oneMinusShare)
        let estimate: Tensor
        var after = slots
        if parameter.rank >= 2 {
            after[0] = keep * slots[0] + take * squares.mean(axes: [-1], keepsAxes: true)
            after[1] = keep * slots[1] + take * squares.mean(axes: [-2], keepsAxes: true)
            let size = after[0].mean(axes: [-2], keepsAxes: true).maximum(epsilon)
            estimate = after[0] * after[1] / size
        } else {
            after[0] = keep * slots[0] + take * squares
            estimate = after[0]
        }
        let direction = gradient / estimate.maximum(epsilon * epsilon).sqrt()
        let clip = (rootMeanSquare(direction) / s.clipThreshold).maximum(1)
        let rate = rootMeanSquare(parameter).maximum(s.minimumScale) * s.rate
        return (parameter - rate / clip * direction, after)
    }

    private func rootMeanSquare(_ tensor: Tensor) -> Tensor {
        (tensor * tensor).mean().sqrt()
    }
}
