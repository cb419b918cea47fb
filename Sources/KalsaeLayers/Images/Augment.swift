import KalsaeGraph
import KalsaeTensor

/// Random changes of images as the first layer of a network: one after the other in training,
/// nothing in inference.
///
/// `Augment(.flipHorizontal(), .crop(padding: 4))`. They are part of the step's plan, on the same
/// threads; the key comes from the step, so that a run repeats itself.
public struct Augment: Layer {
    /// The changes, in order.
    public let changes: [Augmentation]
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of random changes.
    public struct Settings: LayerSettings {
        /// `augment`.
        public static let kind = "augment"
        /// Default settings.
        public static let defaults = Self()
        /// The changes, in order.
        public var changes: [Augmentation] = []

        /// The layer for `[height, width, channels]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkImage(input, Self.kind)
            for change in changes {
                let images = Tensor.zeros(Shape([1] + input.sizes))
                // In inference a change that cannot be would not show.
                if let fault = change(images, key: RandomKey(seed: 0)).fault {
                    throw fault.error.naming(Self.kind)
                }
            }
            return Augment(changes)
        }
    }

    /// Makes a layer of changes.
    public init(_ changes: Augmentation...) { self.changes = changes }

    /// Makes a layer of a list of changes.
    public init(_ changes: [Augmentation]) { self.changes = changes }

    /// The changed images; in inference the images themselves.
    public func callAsFunction(_ images: Tensor) -> Tensor {
        guard let scope = StepScope.current, scope.isTraining else { return images }
        return changes.reduce(images) { $1($0, key: scope.nextKey()) }
    }
}

extension LayerSpec {
    /// Random changes of images, in training only; see ``Augment``.
    public static func augment(_ changes: Augmentation...) -> LayerSpec { augment(changes) }

    /// Random changes of images, in training only; see ``Augment``.
    public static func augment(_ changes: [Augmentation]) -> LayerSpec {
        LayerSpec(Augment.Settings(changes: changes))
    }
}
