import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import KalsaeTesting
import Testing

private func training(_ seed: Int = 1, _ body: () -> Tensor) -> Tensor {
    StepScope.training(key: RandomKey(seed: seed), body).result
}

@Suite struct AttentionTests {
    @Test func aPositionDoesNotSeeTheFuture() {
        let layer = TransformerBlock(6, heads: 2, isCausal: true)
        let x = Tensor.normal([2, 5, 6], key: RandomKey(seed: 1))
        expectClose(layer(x)[.all, ..<3], layer(x[.all, ..<3]))
    }

    @Test func paddingIsNotLookedAt() {
        let layer = TransformerBlock(6, heads: 3)
        let x = Tensor.normal([2, 5, 6], key: RandomKey(seed: 1))
        let mask = (Tensor.arange(5) .< 3).broadcast(to: [2, 5])
        expectClose(layer(x, padding: mask)[.all, ..<3], layer(x[.all, ..<3]))
    }

    /// Only masks and dropout in training need the weights themselves.
    @Test func scoresAreNotKeptWithoutNeed() throws {
        func isPlain(_ y: Tensor) throws -> Bool {
            try y.graph().nodes.contains { $0.primitive.name == "attention" }
        }
        let layer = MultiHeadAttention(4, heads: 2, isCausal: true, dropout: 0.5)
        let x = Tensor.normal([2, 3, 4], key: RandomKey(seed: 1))
        #expect(try isPlain(layer(x)))
        #expect(try !isPlain(layer(x, padding: .ones([2, 3], dtype: .bool))))
        let trained = StepScope.training(key: RandomKey(seed: 2)) { layer(x) }.result
        #expect(try !isPlain(trained))
    }

    @Test func nothingToLookAtGivesNoNaN() throws {
        let layer = MultiHeadAttention(4, heads: 2)
        let mask = Tensor.zeros([1, 3], dtype: .bool)
        #expect(try layer(.ones([1, 3, 4]), padding: mask).values().allSatisfy(\.isFinite))
    }
}
