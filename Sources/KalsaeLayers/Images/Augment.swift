import KalsaeGraph
import KalsaeSupport
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
