import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// `x`, and `slope · x` below 0 with a slope that is learned (He et al., 2015).
///
/// Input `[…, channels]`; one slope for each channel, or one for all. At first .25.
public struct PReLU: Layer {
    /// The slope, `[channels]` or `[1]`.
    public var slope: Tensor
    /// The slope is trained.
    public static let parts = Parts(\Self.slope)

    /// Makes a layer with a slope for each channel of the last axis; 1 for a common one.
    public init(_ channels: Int = 1, slope: Double = 0.25) {
        self.slope = Initializer.constant(slope).parameter([channels])
    }

    /// The function's value.
    public func callAsFunction(_ x: Tensor) -> Tensor { x.prelu(slope) }
}
