import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// The mean of windows that are chosen to give a certain number of rows and columns.
///
/// Input `[batch, height, width, channels]`, output `[batch, h, w, channels]`. Window `i` of `n`
/// over a size reaches from `⌊i·size / n⌋` to `⌈(i + 1)·size / n⌉`, as in PyTorch.
public struct AdaptiveAveragePool2D: Layer {
    /// The layer's settings.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of a pooling to a given size by the mean.
    public struct Settings: LayerSettings {
        /// `adaptiveAveragePool2D`.
        public static let kind = "adaptiveAveragePool2D"
        /// Default settings.
        public static let defaults = Self()
        /// The number of rows and columns that come out.
        public var output: Pair = 1

        /// The layer for `[height, width, in]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkImage(input, Self.kind)
            return AdaptiveAveragePool2D(output)
        }
    }

    /// Makes the layer.
    public init(_ output: Pair = 1) {
        settings = Settings(output: output)
    }

    /// The result for each window.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedImage(x, Settings.kind) { return refused }
        let output = settings.output
        guard output.isPositive, output.height <= x.shape[1], output.width <= x.shape[2] else {
            return refusal(
                Settings.kind, expected: "an output size from 1 to the input's",
                got: "\(output.sizes) for \(x.shape)", [x])
        }
        let rows = adaptivelyPooled(x, axis: 1, count: output.height) {
            $0.mean(axes: [1], keepsAxes: true)
        }
        return adaptivelyPooled(rows, axis: 2, count: output.width) {
            $0.mean(axes: [2], keepsAxes: true)
        }
    }
}

/// The largest number of windows that are chosen to give a certain number of rows and columns.
///
/// Input `[batch, height, width, channels]`, output `[batch, h, w, channels]`. Window `i` of `n`
/// over a size reaches from `⌊i·size / n⌋` to `⌈(i + 1)·size / n⌉`, as in PyTorch.
public struct AdaptiveMaxPool2D: Layer {
    /// The layer's settings.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of a pooling to a given size by the largest number.
    public struct Settings: LayerSettings {
        /// `adaptiveMaxPool2D`.
        public static let kind = "adaptiveMaxPool2D"
        /// Default settings.
        public static let defaults = Self()
        /// The number of rows and columns that come out.
        public var output: Pair = 1

        /// The layer for `[height, width, in]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkImage(input, Self.kind)
            return AdaptiveMaxPool2D(output)
        }
    }

    /// Makes the layer.
    public init(_ output: Pair = 1) {
        settings = Settings(output: output)
    }

    /// The result for each window.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedImage(x, Settings.kind) { return refused }
        let output = settings.output
        guard output.isPositive, output.height <= x.shape[1], output.width <= x.shape[2] else {
            return refusal(
                Settings.kind, expected: "an output size from 1 to the input's",
                got: "\(output.sizes) for \(x.shape)", [x])
        }
        let rows = adaptivelyPooled(x, axis: 1, count: output.height) {
            $0.max(axes: [1], keepsAxes: true)
        }
        return adaptivelyPooled(rows, axis: 2, count: output.width) {
            $0.max(axes: [2], keepsAxes: true)
        }
    }
}

extension LayerSpec {
    /// The mean of as many windows as are asked for; see ``AdaptiveAveragePool2D``.
    public static func adaptiveAveragePool2D(_ output: Pair = 1) -> LayerSpec {
        LayerSpec(AdaptiveAveragePool2D.Settings(output: output))
    }
}

extension LayerSpec {
    /// The largest number of as many windows as are asked for; see ``AdaptiveMaxPool2D``.
    public static func adaptiveMaxPool2D(_ output: Pair = 1) -> LayerSpec {
        LayerSpec(AdaptiveMaxPool2D.Settings(output: output))
    }
}

/// One axis cut into windows, each of them reduced to size 1: windows are products of intervals,
/// so that one axis after the other gives the same.
private func adaptivelyPooled(
    _ x: Tensor, axis: Int, count: Int, _ reduce: (Tensor) -> Tensor
) -> Tensor {
    let size = x.shape[axis]
    let parts = (0..<count).map { index in
        var entries = [TensorIndex](repeating: .all, count: x.rank)
        let end = ((index + 1) * size + count - 1) / count
        entries[axis] = .range(start: index * size / count, end: end, step: 1)
        return reduce(x.sliced(entries))
    }
    return .concatenate(parts, axis: axis)
}
