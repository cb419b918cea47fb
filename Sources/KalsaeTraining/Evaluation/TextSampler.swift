import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// Draws characters, or other tokens, one after the other from a model that was trained to tell
/// the next one.
///
/// The model takes tokens `[1, length]` and gives logits `[1, length, tokens]`, and what it says
/// at a position may depend only on that position and those before it. Each token is drawn by
/// `softmax(logits / temperature)`, and sees at most `length` tokens before it.
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
    ///   - temperature: below 1 the likely becomes likelier; above, all becomes alike.
    ///   - excluded: tokens that are never drawn.
    public init(
        _ model: Model, length: Int, temperature: Double = 1, leavingOut excluded: [Int32] = []
    ) throws {
        guard length >= 1, temperature > 0, temperature.isFinite else {
            throw KalsaeError(
                "text sampler", expected: "a length of at least 1 and a temperature above 0",
                got: "length \(length), temperature \(temperature)")
        }
        self.length = length
        window = try HostTensor(count: length)
        position = try HostTensor(count: 1)
        key = try HostTensor(count: 3)
        let divisor = max(temperature, Double(Float.leastNormalMagnitude))
        step = try CompiledStep(model) { model, inputs in
            let logits = model(inputs[0].reshaped(to: [1, length]))
            guard logits.fault != nil || (logits.rank == 3 && logits.shape[1] == length) else {
                throw KalsaeError(
                    "text sampler", expected: "logits [1, \(length), tokens]",
                    got: "\(logits.shape)")
            }
            // Below 0 all of them, so that a small temperature makes no infinity of the likeliest.
            let row = logits[0].gathered(at: inputs[1])
            var last = (row - row.max(axes: [-1], keepsAxes: true)) / divisor
            if !excluded.isEmpty, last.fault == nil {
                var mask = [Float](repeating: 0, count: logits.shape[2])
                for token in excluded where mask.indices.contains(Int(token)) {
                    mask[Int(token)] = -.infinity
                }
                last = last + Tensor(mask)
            }
            return [.categorical(logits: last, key: RandomKey(inputs[2]))]
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
