import Kalsae

/// `x + scale · inner(x)` with a learned scale that begins at 0, so that a deep network begins as the
/// identity.
///
/// Source: Bachlechner and others, "ReZero is All You Need" (2020).
struct ScaledResidual: Layer {
    var inner: Dense
    var scale = Tensor.zeros([1])
    static let parts = Parts(\Self.inner, \.scale)

    init(width: Int) { inner = Dense(width, width, activation: .relu) }

    func callAsFunction(_ x: Tensor) -> Tensor { x + inner(x) * scale }
}
