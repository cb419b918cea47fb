import KalsaeData
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// A trained network of text with its tokens: from a file to text that goes on behind a prompt.
///
/// ```swift
/// let model = try TextModel(path: "plays.safetensors")
/// print(try model.text(after: "ROMEO:", count: 200, temperature: 0.8, topK: 20, seed: 1))
/// ```
public struct TextModel: Sendable {
    /// The network.
    public let model: Sequential
    /// How text becomes numbers.
    public let tokens: TextTokens
    /// The largest number of tokens that the next one depends on.
    public let context: Int
    /// The name of the text that it was trained on.
    public let data: String
    /// The seed of its training.
    public let seed: Int
    private let path: String

    private static let key = "kalsae.text"

    /// Reads a model file.
    public init(path: String) throws { try self.init(try ModelFile(path: path), path: path) }

    /// Takes a network as a file would have it, as that of ``TextRun``.
    ///
    /// - Parameter path: the name in messages.
    public init(_ file: ModelFile, path: String = "network") throws {
        guard let text = file.metadata[Self.key] else {
            throw KalsaeError(
                path, expected: "a model of text", got: "one of rows or images",
                advice: "train one: kalsae train FILE.txt")
        }
        let json = try JSONValue(parsing: text, subject: path)
        guard let name = json["name"]?.string, let seed = json["seed"]?.integer,
            let tokens = json["tokens"]
        else {
            throw KalsaeError(path, expected: "name, seed and tokens in \(Self.key)", got: text)
        }
        self.tokens = try TextTokens(json: tokens, subject: path)
        guard let input = file.model.inputShape, input.rank == 1,
            file.model.outputShape == [input[0], self.tokens.count]
        else {
            throw KalsaeError(
                path, expected: "a network that fits its own \(self.tokens.count) tokens",
                got: "input \(file.model.inputShape ?? []), output \(file.model.outputShape ?? [])")
        }
        (model, context, data, self.seed) = (file.model, input[0], name, seed)
        self.path = path
    }

    /// Whether a file's strings are those of a model of text.
    package static func isText(_ metadata: [String: String]) -> Bool { metadata[key] != nil }

    /// A network with what ``init(_:path:)`` reads.
    package static func file(
        _ model: Sequential, tokens: TextTokens, context: Int, data: String, seed: Int
    ) -> ModelFile {
        let json: JSONValue = [
            "name": .string(data), "seed": .integer(seed), "tokens": tokens.json,
        ]
        return ModelFile(model, metadata: [key: json.text])
    }

    /// Text that goes on behind a prompt: a function of model, prompt, seed and how tokens are drawn.
    ///
    /// - Parameters:
    ///   - prompt: at least one token; of a long one the last ``context`` tokens count.
    ///   - count: how many tokens are drawn.
    ///   - temperature: below 1 the likely becomes likelier; above, all becomes alike; 0 takes the
    ///     likeliest always.
    ///   - topK: how many of the likeliest tokens the next one is drawn from; nil for all.
    ///   - topP: the probability that the likeliest tokens reach from which it is drawn; nil for all.
    ///   - onText: is given each piece of the text as it is written, all of which make up the whole.
    /// - Throws: a `KalsaeError` for a prompt without a token that the model knows.
    public func text(
        after prompt: String, count: Int, temperature: Double = 1, topK: Int? = nil,
        topP: Double? = nil, seed: Int = 0, onText: (String) throws -> Void = { _ in }
    ) throws -> String {
        let numbers = tokens.encode(prompt)
        let strange = tokens.unknown.map { unknown in numbers.count { $0 == unknown } } ?? 0
        guard strange < numbers.count else {
            throw KalsaeError(
                "prompt", expected: "text with a token that \(path) knows",
                got: prompt.isEmpty ? "none" : prompt.debugDescription)
        }
        if strange > 0 {
            Notice.say(
                "\(path) does not know \(strange) of the \(numbers.count.counting("token")) of the prompt"
            )
        }
        let sampler = try TextSampler(
            model, length: context, temperature: temperature, topK: topK, topP: topP,
            leavingOut: tokens.unwritten)
        var stream = TextStream(tokens)
        var text = ""
        func write(_ piece: String) throws {
            guard !piece.isEmpty else { return }
            text += piece
            try onText(piece)
        }
        _ = try sampler.sample(after: numbers, count: count, seed: seed) { token in
            try write(stream.append(token))
        }
        try write(stream.end())
        return text
    }

    /// The mean loss (nats a token) and the accuracy on a text, in windows of ``context`` from its start;
    /// what fills no window is left out. What the model does not know is told in a notice.
    ///
    /// - Parameter name: what the text is called in the notice.
    public func evaluate(
        _ text: String, name: String = "the text"
    ) throws -> (report: Report, tokens: Int) {
        let numbers = tokens.encode(text)
        let strange = tokens.unknown.map { unknown in numbers.count { $0 == unknown } } ?? 0
        if strange > 0 {
            Notice.say(
                "\(path) does not know \(strange) of the \(numbers.count.counting("token")) of \(name)"
            )
        }
        let evaluator = try Evaluator(
            model, loss: .softmaxCrossEntropy, metrics: TextRun.metrics)
        let report = try evaluator.evaluate(Self.windows(numbers, context: context))
        return (report, (numbers.count - 1) / context * context)
    }

    /// Positions that are measured at once.
    private static let measuredPositions = 4096

    /// All windows of some tokens in their order.
    static func windows(_ numbers: [Int32], context: Int) throws(KalsaeError) -> TextBatches {
        try TextBatches(
            numbers, context: context, size: max(1, measuredPositions / context), order: .sequential
        )
    }
}
