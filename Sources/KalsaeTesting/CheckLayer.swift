import FoundationEssentials
import KalsaeGraph
import KalsaeLayers
import KalsaeReference
import KalsaeSupport
import KalsaeTensor
import Testing

/// Tries a layer of a specification in all that every layer must do, and records what does not
/// hold.
///
/// It is built for the input's shape; its output has the shape that was inferred; a call changes
/// nothing and gives the same twice; training works; the gradients of all parameters and of the
/// input agree with central differences in `float64`; the specification comes back from JSON.
/// - Parameters:
///   - spec: the layer.
///   - input: the shape of one input, without the batch.
///   - domain: the numbers of the input; away from kinks for layers that have some.
///   - batch: the number of inputs.
///   - checksInput: whether there is a gradient for the input.
public func checkLayer(
    _ spec: LayerSpec, input: Shape, domain: Domain = .normal, batch: Int = 2,
    checksInput: Bool = true, sourceLocation: SourceLocation = #_sourceLocation
) {
    let found = layerMismatches(
        spec, input: input, domain: domain, batch: batch, checksInput: checksInput)
    for text in found { record(text, sourceLocation) }
}

/// What does not hold of a layer, one line each; see `checkLayer`.
public func layerMismatches(
    _ spec: LayerSpec, input: Shape, domain: Domain = .normal, batch: Int = 2,
    checksInput: Bool = true
) -> [String] {
    do {
        let check = try LayerCheck(spec, input, domain, batch)
        return collect("shapes", check.shapes) + collect("purity", check.purity)
            + collect("training", check.training)
            + collect("gradients") { try check.gradients(checksInput: checksInput) }
            + collect("specification", check.specification)
    } catch {
        return ["threw \(error)"]
    }
}

/// Puts the part in front of texts, and makes errors texts.
private func collect(_ part: String, _ body: () throws -> [String]) -> [String] {
    do {
        return try body().map { "\(part): \($0)" }
    } catch {
        return ["\(part): threw \(error)"]
    }
}

/// A model and an input as one tree, so that both are differentiated.
private struct ModelWithInput: TensorTree {
    var model: Sequential
    var input: Tensor

    mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        try model.forEachTensor(at: path.appending("model"), body)
        try body(path.appending("input"), &input)
    }
}

private struct LayerCheck {
    let spec: LayerSpec
    let input: Shape
    let model: Sequential
    let x: Tensor
    let key = RandomKey(seed: 3)

    init(_ spec: LayerSpec, _ input: Shape, _ domain: Domain, _ batch: Int) throws {
        self.spec = spec
        self.input = input
        model = try withSeed(11) { try Sequential([spec], input: input) }
        var generator = SampleGenerator(seed: 5)
        x = try Tensor(
            domain.value(TensorType(.float32, Shape([batch] + input.sizes)), &generator))
    }

    func shapes() throws -> [String] {
        let output = model(x)
        if let fault = output.fault { throw fault }
        let expected = model.outputShape.map { Shape([x.shape[0]] + $0.sizes) }
        var found: [String] = []
        if output.shape != expected {
            found.append("expected shape \(expected ?? []), got \(output.shape)")
        }
        if output.dtype != .float32 { found.append("expected float32, got \(output.dtype)") }
        if try !output.values().allSatisfy(\.isFinite) { found.append("not finite") }
        return found
    }

    /// A call twice, with a snapshot of the model before.
    func purity() throws -> [String] {
        let before = try numbers(model)
        let first = try model(x).values()
        let second = try model(x).values()
        var found: [String] = []
        if first != second { found.append("two calls differ") }
        if try numbers(model) != before { found.append("a call changed the model") }
        return found
    }

    /// A training step with one key twice: the same output, no fault, reports of the same types.
    func training() throws -> [String] {
        let first = StepScope.training(key: key) { model(x) }
        let second = StepScope.training(key: key) { model(x) }
        if let fault = first.result.fault { throw fault }
        var found: [String] = []
        if try first.result.values() != second.result.values() {
            found.append("training with one key differs")
        }
        let after = first.reports.applied(to: model)
        for (old, new) in zip(model.tensors, after.tensors) where old.tensor.type != new.tensor.type
        {
            found.append("\(old.path): expected \(old.tensor.type), got \(new.tensor.type)")
        }
        return found
    }

    func gradients(checksInput: Bool) throws -> [String] {
        let tree = ModelWithInput(model: try scattered(), input: x)
        let fixed = x.cast(to: .float64)
        let doubles = tree.mapTensors { path, tensor in
            tensor.dtype.isFloat && (path.role == .parameter || path.role == .state)
                ? tensor.cast(to: .float64) : tensor
        }
        guard checksInput else {
            guard !model.tensors.isEmpty else { return [] }
            return try Closeness.gradientMismatch(
                of: { (m: Sequential) in m(fixed) },
                at: doubles.model
            ).map { ["inference: \($0)"] } ?? []
        }
        let inference = try Closeness.gradientMismatch(
            of: { (tree: ModelWithInput) in tree.model(tree.input) }, at: doubles)
        let trained = try Closeness.gradientMismatch(
            of: { (tree: ModelWithInput) in
                StepScope.training(key: key) { tree.model(tree.input) }.result
            }, at: doubles)
        return [inference.map { "inference: \($0)" }, trained.map { "training: \($0)" }]
            .compactMap { $0 }
    }

    /// The specification by way of JSON: equal, and the same model.
    func specification() throws -> [String] {
        let data = try JSONEncoder().encode(spec)
        let read = try JSONDecoder().decode(LayerSpec.self, from: data)
        guard read == spec else {
            return ["expected \(spec) from JSON, got \(read)"]
        }
        let again = try withSeed(11) { try Sequential([read], input: input) }
        let names = again.tensors.map(\.path)
        guard names == model.tensors.map(\.path) else {
            return ["other tensors from JSON: \(names)"]
        }
        return try again(x).values() == model(x).values() ? [] : ["other output from JSON"]
    }

    /// The model with parameters away from 0 and 1, so that no part of a gradient hides.
    private func scattered() throws -> Sequential {
        var generator = SampleGenerator(seed: 9)
        return try model.mapTensors { path, tensor throws in
            guard path.role == .parameter else { return tensor }
            return try tensor + Tensor(Domain.unit.value(tensor.typeForTests, &generator)) * 0.5
        }
    }

    private func numbers(_ model: Sequential) throws -> [[Float]] {
        try model.tensors.map { try $0.tensor.values() }
    }
}

extension Tensor {
    fileprivate var typeForTests: TensorType { TensorType(dtype, shape) }
}
