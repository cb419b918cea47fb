import Kalsae
import KalsaeSupport

/// Where a network is explained: one input, what is right for it, and the loss.
public struct ModelQuestion: Sendable {
    /// What is right.
    public enum Target: Sendable, Equatable {
        /// The number of a class.
        case label(Int)
        /// A number for each output.
        case values([Double])
    }

    /// What is explained, as a title.
    public var title: String
    /// The numbers of one input, as the network takes them.
    public var input: [Double]
    /// What is right; without it the sum of the outputs is differentiated, and no loss.
    public var target: Target?
    /// The loss.
    public var loss: Loss
    /// Names of the inputs, where they have some.
    public var inputNames: [String]
    /// Names of the outputs, where they have some.
    public var outputNames: [String]
    /// Where outputs are standardized numbers, what turns them back.
    public var scale: TargetScale?

    /// Asks for an explanation.
    public init(
        _ title: String, input: [Double], target: Target? = nil, loss: Loss = .halfSquaredError,
        inputNames: [String] = [], outputNames: [String] = []
    ) {
        (self.title, self.input, self.target, self.loss) = (title, input, target, loss)
        (self.inputNames, self.outputNames) = (inputNames, outputNames)
    }

    /// The target as the loss takes it: a class as its number, or by 1 among zeros where the loss is one
    /// of values.
    func targets(outputs: Int) -> Tensor? {
        switch target {
        case nil: nil
        case .label(let label) where loss.input == .values:
            Tensor((0..<outputs).map { $0 == label ? 1.0 : 0 }, shape: [1, outputs])
        case .label(let label): Tensor([Int32(clamping: label)])
        case .values(let values): Tensor(values, shape: [1, values.count])
        }
    }

    /// The target in words; nil where there is none.
    var targetText: String? {
        switch target {
        case nil: nil
        case .label(let label):
            outputNames.indices.contains(label) ? outputNames[label] : "class \(label)"
        case .values(let values):
            values.map { (scale?.invert($0) ?? $0).shortText }.joined(separator: ", ")
        }
    }

    /// The most parameters, input numbers and layers of a network that is explained.
    static let most = (parameters: 4_000_000, inputs: 1_000_000, layers: 60)

    /// Throws where a network is too large, or the input is not one of it.
    func check(_ model: Sequential) throws(KalsaeError) {
        let most = Self.most
        guard model.parameterCount <= most.parameters, model.layers.count <= most.layers else {
            throw KalsaeError(
                "explain",
                expected: "a network of at most \(most.layers) layers and 4 million parameters",
                got: "\(model.layers.count) layers, \(model.parameterCount) parameters",
                advice: "see `kalsae summary`")
        }
        guard let shape = model.inputShape, shape.elementCount <= most.inputs else {
            throw KalsaeError(
                "explain",
                expected: "a network built from layer specifications, of at most a "
                    + "million inputs", got: "\(model.inputShape.map(\.description) ?? "none")")
        }
        guard input.count == shape.elementCount else {
            throw KalsaeError(
                "explain", expected: "\(shape.elementCount.counting("number")) for an input",
                got: "\(input.count)")
        }
        guard input.allSatisfy(\.isFinite) else {
            throw KalsaeError(
                "explain", expected: "an input that is finite", got: "NaN or infinity")
        }
        let outputs = model.outputShape?.elementCount ?? 0
        switch target {
        case .label(let label) where !(0..<outputs).contains(label):
            throw KalsaeError(
                "explain", expected: "a class from 0 to \(outputs - 1)", got: "\(label)")
        case .values(let values) where values.count != outputs:
            throw KalsaeError(
                "explain", expected: "\(outputs.counting("number")) as target",
                got: "\(values.count)")
        default: break
        }
    }
}
