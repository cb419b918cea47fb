import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// A model of which some parameters are not trained: they have no gradient and optimizers leave
/// them alone.
///
/// ```swift
/// let frozen = try model.freezing("conv2D*")
/// let trainer = try Trainer(frozen, loss: .softmaxCrossEntropy, optimizer: Adam())
/// try await trainer.fit(data)
/// let all = try await trainer.model.unfreezing("*")   // fine-tune everything
/// ```
///
/// Names, outputs and files are those of the model itself. Running statistics of batch norm go on
/// moving in training, as with PyTorch's `requires_grad = False`.
public struct Frozen<Model: Layer>: Layer {
    /// The model.
    public var model: Model
    /// The names of the parameters that are not trained.
    public let names: Set<String>
    /// The model; its own names stand for the part's.
    public static var parts: Parts<Self> { Parts(\Self.model) }

    init(_ model: Model, names: Set<String>) {
        self.model = model
        self.names = names
    }

    /// Walks the model's tensors; frozen ones are carried along.
    public mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        let names = names
        try model.forEachTensor(at: TensorPath(role: path.role)) {
            (own, tensor) throws(Failure) in
            let role: TensorPath.Role = names.contains(own.name) ? .state : own.role
            try body(path.appending(own.name, role: role), &tensor)
        }
    }

    /// The model's output.
    public func callAsFunction(_ x: Tensor) -> Tensor { model(x) }

    /// The model with further parameters frozen.
    public func freezing(_ patterns: NamePattern...) throws(KalsaeError) -> Frozen {
        Frozen(model, names: names.union(try model.parameterNames(patterns, "freezing")))
    }

    /// The model with some of its parameters trained again.
    public func unfreezing(_ patterns: NamePattern...) throws(KalsaeError) -> Frozen {
        Frozen(model, names: names.subtracting(try model.parameterNames(patterns, "unfreezing")))
    }
}

extension Layer {
    /// The model without training of the parameters whose names match.
    ///
    /// - Throws: a `KalsaeError` where a pattern matches no parameter.
    public func freezing(_ patterns: NamePattern...) throws(KalsaeError) -> Frozen<Self> {
        Frozen(self, names: Set(try parameterNames(patterns, "freezing")))
    }

    /// The parameters whose names match; throws where a pattern matches none.
    fileprivate func parameterNames(
        _ patterns: [NamePattern], _ what: String
    ) throws(KalsaeError) -> [String] {
        let names = tensors.filter { $0.path.role == .parameter }.map(\.path.name)
        if let pattern = patterns.firstWithout(names) {
            throw KalsaeError(
                what, expected: "patterns that match parameters", got: "\"\(pattern)\"",
                advice: "the parameters are \(Weights.listed(names))")
        }
        return names.filter { patterns.matches($0) }
    }
}
