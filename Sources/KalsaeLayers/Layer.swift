import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A part of a network: a value with parameters, and a function.
///
/// ```swift
/// struct Classifier: Layer {
///     var hidden = Dense(4, 8, activation: .relu)
///     var output = Dense(8, 3)
///     static let parts = Parts(\Self.hidden, \.output)
///     func callAsFunction(_ x: Tensor) -> Tensor { output(hidden(x)) }
/// }
/// ```
///
/// `parts` lists every stored property that holds parameters or further layers. A parameter that an
/// ``Initializer`` made and that is used but not listed is an error at the first gradient; any other
/// tensor that is not listed is a constant. `print` shows a layer as a tree. A call changes nothing:
/// what a layer wants to carry over to the next step it reports to the ``StepScope``.
public protocol Layer: TensorTree, Sendable, CustomStringConvertible {
    /// The stored properties that hold tensors or further layers.
    static var parts: Parts<Self> { get }

    /// The layer's output for an input.
    func callAsFunction(_ x: Tensor) -> Tensor
}

extension Layer {
    /// Walks the parts in the order in which they are listed.
    public mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        try Self.parts.forEachTensor(of: &self, at: path, body)
    }

    /// The number of trained numbers.
    public var parameterCount: Int {
        tensors.filter { $0.path.role == .parameter }.reduce(0) { $0 + $1.tensor.count }
    }

    /// The same layer with every tensor knowing its path, so that faults can name it.
    package func labeled() -> Self {
        mapTensors { path, tensor in tensor.labeled(path.name) }
    }
}
