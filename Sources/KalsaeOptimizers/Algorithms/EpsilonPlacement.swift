/// Where an optimizer that divides by a root adds its epsilon.
///
/// The two are not the same quantity: epsilon inside of the root acts as its own root outside.
public enum EpsilonPlacement: String, Codable, CaseIterable, Sendable {
    /// `√v + epsilon`, as in PyTorch.
    case outsideRoot
    /// `√(v + epsilon)`, as in Keras.
    case insideRoot
}
