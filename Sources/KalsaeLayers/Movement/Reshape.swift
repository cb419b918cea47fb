import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// The same numbers under another shape: `[batch, …] → [batch] + shape`; one size may be -1, the
/// rest.
public struct Reshape: Layer {
    /// The layer's settings.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of another shape.
    public struct Settings: LayerSettings {
        /// `reshape`.
        public static let kind = "reshape"
        /// Default settings.
        public static let defaults = Self()
        /// The sizes without the batch.
        public var shape: [Int] = []

        /// The layer for any shape.
        public func layer(input: Shape) throws -> any Layer { Reshape(shape) }
    }

    /// Makes the layer.
    public init(_ shape: [Int]) {
        settings = Settings(shape: shape)
    }

    /// The input under the shape.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard x.fault == nil else { return x }
        let known = settings.shape.filter { $0 != -1 }
        let rest = Shape(x.shape.dropFirst())
        guard x.rank > 0, Shape(known).isValid, settings.shape.count - known.count <= 1 else {
            return refused(x)
        }
        var sizes = settings.shape
        let count = Shape(known).elementCount
        if let open = sizes.firstIndex(of: -1) {
            guard count > 0 else { return refused(x) }
            sizes[open] = rest.elementCount / count
        }
        guard Shape(sizes).elementCount == rest.elementCount else { return refused(x) }
        return x.reshaped(to: Shape([x.shape[0]] + sizes))
    }

    private func refused(_ x: Tensor) -> Tensor {
        refusal(
            Settings.kind, expected: "sizes that hold \(Shape(x.shape.dropFirst()))",
            got: "\(settings.shape)", [x])
    }
}

/// Axes in another order, the batch apart: axis `i` of the output is axis `axes[i]` of the input,
/// counted from 0 without the batch.
public struct Permute: Layer {
    /// The layer's settings.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of another order of axes.
    public struct Settings: LayerSettings {
        /// `permute`.
        public static let kind = "permute"
        /// Default settings.
        public static let defaults = Self()
        /// The order of the axes, without the batch.
        public var axes: [Int] = []

        /// The layer for shapes with as many axes.
        public func layer(input: Shape) throws -> any Layer { Permute(axes) }
    }

    /// Makes the layer.
    public init(_ axes: [Int]) {
        settings = Settings(axes: axes)
    }

    /// The input with its axes in the order.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard x.fault == nil else { return x }
        guard settings.axes.sorted() == Array(0..<max(x.rank - 1, 0)) else {
            return refusal(
                Settings.kind, expected: "each axis of \(Shape(x.shape.dropFirst())) once",
                got: "\(settings.axes)", [x])
        }
        return x.transposed(permutation: [0] + settings.axes.map { $0 + 1 })
    }
}

extension LayerSpec {
    /// Another shape; see ``Reshape``.
    public static func reshape(_ shape: [Int]) -> LayerSpec {
        LayerSpec(Reshape.Settings(shape: shape))
    }
}

extension LayerSpec {
    /// Axes in another order; see ``Permute``.
    public static func permute(_ axes: [Int]) -> LayerSpec {
        LayerSpec(Permute.Settings(axes: axes))
    }
}
