import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

extension NetworkSource {
    /// The network for windows of a text: `[context]` numbers of tokens to `[context, tokens]` logits.
    ///
    /// - Throws: a `KalsaeError` where it gives anything else, or a position's output depends on what
    ///   follows it, which the network could then copy.
    func build(context: Int, tokens: Int, activation: Activation, seed: Int) throws -> Sequential {
        let input: Shape = [context]
        if case .preset(let preset) = self, !preset.isOfText {
            throw KalsaeError(
                "--network", expected: "a network for text: text-transformer, text-lstm, or a file",
                got: "\(preset.rawValue), for images")
        }
        if case .sizes = self {
            throw KalsaeError(
                "--network", expected: "a network for text: text-transformer, text-lstm, or a file",
                got: "sizes, \(description)")
        }
        let specs = layers(input: input, outputs: tokens, activation: activation)
        let model = try withSeed(seed) { try Sequential(specs, input: input) }
        guard model.outputShape == [context, tokens] else {
            throw KalsaeError(
                "network \(description)", expected: "outputs \([context, tokens])",
                got: "\(model.outputShape ?? [])",
                advice:
                    "begin with an embedding of \(tokens), end with a dense layer of \(tokens) units"
            )
        }
        try checkCausality(model, context)
        return model
    }

    /// Throws where the last token of a window changes what is said in front of it.
    private func checkCausality(_ model: Sequential, _ context: Int) throws {
        guard context > 1 else { return }
        var windows = [Int32](repeating: 0, count: 2 * context)
        windows[2 * context - 1] = 1
        let logits = try StepScope.inference {
            model(Tensor(windows, shape: [2, context]))
        }[.all, ..<(context - 1)].values()
        let half = logits.count / 2
        guard logits[..<half].elementsEqual(logits[half...]) else {
            throw KalsaeError(
                "network \(description)",
                expected: "outputs of a position that depend on it and those before it alone",
                got: "some that know what follows",
                advice: "use isCausal of attention, and nothing bidirectional")
        }
    }
}
