import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// Draws characters, or other tokens, one after the other from a model that was trained to tell
/// the next one.
///
/// The model takes tokens `[1, length]` and gives logits `[1, length, tokens]`, and what it says
/// at a position may depend only on that position and those before it. Each token is drawn by
/// `softmax(logits / temperature)`, of the `topK` likeliest tokens and of those whose probability reaches
/// `topP`, and sees at most `length` tokens before it.
public final class TextSampler<Model: Layer> {
    /// The largest number of tokens that the next one depends on.
    public let length: Int
    private let step: CompiledStep<Model>
    private let window: HostTensor<Int32>
    private let position: HostTensor<Int32>
    private let key: HostTensor<Int64>

    /// Prepares drawing.
    ///
    /// - Parameters:
    ///   - length: the largest number of tokens that the next one depends on.
    ///   - temperature: below 1 the likely becomes likelier; above, all becomes alike; 0 takes the
    ///     likeliest always.
    ///   - topK: how many of the likeliest tokens are left; nil for all.
    ///   - topP: the probability that the likeliest tokens reach that are left, above 0 and up to 1;
    ///     nil for all.
    ///   - excluded: tokens that are never drawn.
    public init(
        _ model: Model, length: Int, temperature: Double = 1, topK: Int? = nil, topP: Double? = nil,
        leavingOut excluded: [Int32] = []
    ) throws {
        guard length >= 1 else {
            throw KalsaeError(
                "text sampler", expected: "a length of at least 1", got: "\(length)")
        }
        let sampling = TokenSampling(temperature: temperature, topK: topK, topP: topP)
        try sampling.check()
        self.length = length
        window = try HostTensor(count: length)
        position = try HostTensor(count: 1)
        key = try HostTensor(count: 3)
        step = try CompiledStep(model) { model, inputs in
            let logits = model(inputs[0].reshaped(to: [1, length]))
            guard logits.fault != nil || (logits.rank == 3 && logits.shape[1] == length) else {
                throw KalsaeError(
                    "text sampler", expected: "logits [1, \(length), tokens]",
                    got: "\(logits.shape)")
            }
            var last = logits[0].gathered(at: inputs[1])
            if !excluded.isEmpty, last.fault == nil {
                var mask = [Float](repeating: 0, count: logits.shape[2])
                for token in excluded where mask.indices.contains(Int(token)) {
                    mask[Int(token)] = -.infinity
                }
                last = last + Tensor(mask)
            }
            return [sampling.token(logits: last, key: RandomKey(inputs[2]))]
        }
    }

    /// Tokens behind a prompt of at least one: a function of model, prompt and seed.
    ///
    /// - Parameter onToken: is given each one as it is drawn; where it throws, drawing ends.
    public func sample(
        after prompt: [Int32], count: Int, seed: Int = 0,
        onToken: (Int32) throws -> Void = { _ in }
    ) throws -> [Int32] {
        guard !prompt.isEmpty, count >= 0 else {
            throw KalsaeError(
                "text sampler", expected: "a prompt and a count of at least 0",
                got: "\(prompt.count) tokens, count \(count)")
        }
        var tokens = prompt
        key.values[0] = Int64(seed)
        for number in 0..<count {
            let seen = tokens.suffix(length)
            // What stands behind the last token is not looked at.
            window.write(seen)
            position.values[0] = Int32(seen.count - 1)
            key.values[2] = Int64(number)
            let drawn = try step(window.tensor, position.tensor, key.tensor)[0]
            let token = try drawn.values(Int32.self)[0]
            tokens.append(token)
            try onToken(token)
        }
        return Array(tokens.dropFirst(prompt.count))
    }
}
