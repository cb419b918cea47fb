import KalsaeData
import KalsaeLayers
import KalsaeOptimizers

extension Recipe {
    /// Windows of all epochs together, and the most epochs, of a text.
    private static let (textTokens, mostTextEpochs) = (3_000_000, 200)

    /// What suits a text: a small transformer, AdamW at 0.002 that rises and falls with half of a
    /// cosine wave, gradients clipped at norm 1, some 3,000,000 tokens.
    public init(for text: TextData, optimizer: OptimizerName = .adamw) {
        self.init(
            network: .preset(.textTransformer),
            learningRate: optimizer == .adamw ? 0.002 : optimizer.defaultRate,
            epochs: max(2, min(Self.mostTextEpochs, Self.textTokens / max(text.train.count, 1))),
            batch: 16)
        self.optimizer = optimizer
        (schedule, clipNorm, patience) = (.warmupCosine, 1, 5)
    }

    private init(network: NetworkSource, learningRate: Double, epochs: Int, batch: Int) {
        (self.network, self.learningRate) = (network, learningRate)
        (self.epochs, self.batch) = (epochs, batch)
    }
}
