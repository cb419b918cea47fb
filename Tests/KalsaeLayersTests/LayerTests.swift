import FoundationEssentials
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

private func training(_ seed: Int = 1, _ body: () -> Tensor) -> Tensor {
    StepScope.training(key: RandomKey(seed: seed), body).result
}

@Suite struct NoiseTests {
    private let ones = Tensor.ones([100, 100])

    @Test func classicDropoutScalesInInference() throws {
        let layer = Dropout(0.3, isClassic: true)
        let trained = try training { layer(ones) }.values()
        #expect(Set(trained) == [0, 1])
        let kept = trained.reduce(0, +) / 10_000
        #expect(abs(kept - 0.7) < 0.02)
        #expect(try layer(ones).values().allSatisfy { abs($0 - 0.7) < 1e-6 })
    }

    @Test func invertedDropoutScalesInTraining() throws {
        let layer = Dropout(0.3)
        let trained = try training { layer(ones) }.values()
        #expect(trained.allSatisfy { $0 == 0 || abs($0 - 1 / 0.7) < 1e-6 })
        #expect(try layer(ones).values().allSatisfy { $0 == 1 })
    }

    @Test func spatialDropoutTakesWholeChannels() throws {
        let dropped = training { SpatialDropout(0.5)(.ones([20, 3, 4, 10])) }
        let sums = try dropped.sum(axes: [1, 2]).values()
        #expect(sums.allSatisfy { $0 == 0 || $0 == 24 })
        #expect(sums.contains(0) && sums.contains(24))
    }

    @Test func noiseHasItsDeviation() throws {
        let noise = training { GaussianNoise(0.5)(.zeros([100, 100])) }
        #expect(abs(try noise.standardDeviation().item() - 0.5) < 0.02)
        #expect(try GaussianNoise(0.5)(ones).values().allSatisfy { $0 == 1 })
    }
}

@Suite struct BatchNormTests {
    @Test func kerasConvention() throws {
        let x = Tensor([1, 2, 3, 6] as [Float], shape: [4, 1])
        let layer = BatchNorm(1, .keras)
        let step = StepScope.training(key: RandomKey(seed: 0)) { layer(x) }
        let after = step.reports.applied(to: layer)
        let tolerance = Tolerance(relative: 1e-6, absolute: 1e-6)
        expectClose(after.runningMean, [0.03], shape: [1], tolerance: tolerance)
        // The biased variance, 3.5, with weight .01.
        expectClose(after.runningVariance, [0.99 + 0.035], shape: [1], tolerance: tolerance)
        let scale = 1 / (3.5 + 1e-3).squareRoot()
        expectClose(
            step.result, [-2, -1, 0, 3].map { $0 * scale }, shape: [4, 1], tolerance: tolerance)
    }
}

@Suite struct RecurrentTests {
    private let x = Tensor.normal([2, 5, 3], key: RandomKey(seed: 4))

    private func check(_ layer: some RecurrentLayer) {
        // In two pieces, the state handed on.
        let whole = layer(x)
        let first = layer.run(x[.all, ..<2])
        let second = layer.run(x[.all, 2...], from: first.state)
        expectClose(second.output, whole)
        // What is masked does not count.
        let mask = Tensor(
            [true, true, true, false, false, true, true, true, false, false], shape: [2, 5])
        expectClose(layer(x, mask: mask), layer(x[.all, ..<3]))
    }

    @Test func stateAndMask() {
        check(SimpleRNN(3, units: 4))
        check(LSTM(3, units: 4))
        check(GRU(3, units: 4))
    }

    @Test func maskedStepsRepeatTheOutput() {
        let layer = GRU(3, units: 4, returnsSequences: true)
        let mask = Tensor(
            [true, false, true, true, true, true, false, true, true, true], shape: [2, 5])
        let output = layer(x, mask: mask)
        expectClose(output[.all, 1], output[.all, 0])
    }

    @Test func bothDirections() {
        let (forward, backward) = (
            LSTM(3, units: 2, returnsSequences: true), LSTM(3, units: 2, returnsSequences: true)
        )
        let output = Bidirectional(forward, backward)(x)
        let reversed = backward(x.reversed(axes: [1])).reversed(axes: [1])
        expectClose(output, .concatenate([forward(x), reversed], axis: -1))
    }

    @Test func theWeightsOfStatesBeginOrthogonal() {
        func check(_ weight: Tensor) {
            expectClose(
                weight.matmul(weight, transposeRight: true), .eye(weight.shape[0]),
                tolerance: Tolerance(relative: 1e-6, absolute: 1e-6))
        }
        check(SimpleRNN(3, units: 5).recurrentWeight)
        check(LSTM(3, units: 5).recurrentWeight)
        check(GRU(3, units: 5).recurrentWeight)
    }

    @Test func theForgetGateBeginsOpen() {
        expectClose(LSTM(3, units: 2).bias, [0, 0, 1, 1, 0, 0, 0, 0], shape: [8])
    }
}

@Suite struct AttentionTests {
    @Test func aPlaceDoesNotSeeTheFuture() {
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

@Suite struct LayerGraphTests {
    /// The lecture's network of two inputs.
    private let spec = LayerGraph.Spec(
        inputs: [.init("a", [64]), .init("b", [128])],
        nodes: [
            .layer("left", .dense(units: 16, activation: .relu), .dense(units: 8), of: "a"),
            .layer(
                "right", .dense(units: 64, activation: .relu), .dense(units: 32), .dense(units: 8),
                of: "b"),
            .merge("both", .concatenate, of: ["left", "right"]),
            .layer("hidden", .dense(units: 2, activation: .relu), of: "both"),
            .layer("result", .dense(units: 1), of: "hidden"),
        ], outputs: ["result", "both"])

    @Test func twoInputsTwoOutputs() throws {
        let graph = try LayerGraph(spec)
        let outputs = graph([.ones([3, 64]), .ones([3, 128])])
        #expect(outputs.map(\.shape) == [[3, 1], [3, 16]])
        #expect(graph.outputShapes == [[1], [16]])
        let left = 64 * 16 + 16 + 16 * 8 + 8
        let right = 128 * 64 + 64 + 64 * 32 + 32 + 32 * 8 + 8
        #expect(graph.parameterCount == left + right + 16 * 2 + 2 + 3)
        #expect(graph.tensors.first?.path.name == "left.dense1.weight")
        #expect(try outputs[0].values().allSatisfy(\.isFinite))
    }

    @Test func theSpecificationComesBackFromJSON() throws {
        let data = try JSONEncoder().encode(spec)
        #expect(try JSONDecoder().decode(LayerGraph.Spec.self, from: data) == spec)
    }

    @Test func mergings() {
        let (x, y) = (
            Tensor([1, 5] as [Float], shape: [1, 2]), Tensor([3, 2] as [Float], shape: [1, 2])
        )
        expectClose(Merge.add([x, y]), [4, 7], shape: [1, 2])
        expectClose(Merge.multiply([x, y]), [3, 10], shape: [1, 2])
        expectClose(Merge.average([x, y]), [2, 3.5], shape: [1, 2])
        expectClose(Merge.maximum([x, y]), [3, 5], shape: [1, 2])
        expectClose(Merge.concatenate([x, y]), [1, 5, 3, 2], shape: [1, 4])
        expectFault(Merge.add([x, .ones([1, 3])]), "add: expected tensors of one shape")
        expectFault(Merge.add([]), "got none")
    }

    @Test func nonsenseIsRefused() {
        func build(_ nodes: [LayerGraph.Node], _ outputs: [String]) throws -> LayerGraph {
            try LayerGraph(.init(inputs: [.init("x", [4])], nodes: nodes, outputs: outputs))
        }
        #expect(throws: KalsaeError.self) { try build([], ["y"]) }
        #expect(throws: KalsaeError.self) { try build([.layer("y", .flatten, of: "z")], ["y"]) }
        #expect(throws: KalsaeError.self) { try build([.layer("x", .flatten, of: "x")], ["x"]) }
        #expect(throws: KalsaeError.self) { try build([.merge("y", .add, of: [])], ["y"]) }
        #expect(throws: KalsaeError.self) {
            try build([.layer("y", .conv2D(filters: 1, kernel: 1), of: "x")], ["y"])
        }
    }

    @Test func aGraphOfOneInputIsALayer() throws {
        let graph = try LayerGraph(
            .init(
                inputs: [.init("x", [4])],
                nodes: [
                    .layer("f", .dense(units: 4, activation: .tanh), of: "x"),
                    .merge("y", .add, of: ["x", "f"]),
                ], outputs: ["y"]))
        let model = Sequential(graph, Dense(4, 2))
        #expect(model(.ones([3, 4])).shape == [3, 2])
        expectFault(graph(.ones([3, 5])), "graph input x")
        expectFault(graph([.ones([3, 4]), .ones([3, 4])])[0], "expected 1 inputs, got 2")
    }
}

@Suite struct SummaryTests {
    @Test func operationsOfTheSimpleConvNet() throws {
        let model = try Sequential(
            [
                .conv2D(filters: 30, kernel: 5, activation: .relu), .maxPool2D(2), .flatten,
                .dense(units: 100, activation: .relu), .dense(units: 10),
            ], input: [28, 28, 1])
        let rows = model.summary
        #expect(rows.map(\.name) == ["conv2D1", "maxPool2D1", "flatten1", "dense1", "dense2"])
        #expect(rows.map(\.output) == [[24, 24, 30], [12, 12, 30], [4320], [100], [10]])
        #expect(rows.map(\.parameters) == [780, 0, 0, 432_100, 1010])
        #expect(rows.map(\.operations) == [2 * 576 * 30 * 25, 0, 0, 864_000, 2000])
    }

    @Test func operationsOfOthers() throws {
        func operations(_ spec: LayerSpec, _ input: Shape) throws -> Int? {
            try Sequential([spec], input: input).summary.first?.operations
        }
        #expect(try operations(.simpleRNN(units: 3), [2, 10]) == 2 * (2 * 10 * 3) + 2 * 2 * 9)
        #expect(
            try operations(.depthwiseConv2D(kernel: 3, padding: .same), [4, 4, 8]) == 2 * 128 * 9)
        // Each input has a product for each position of the window and each filter.
        #expect(
            try operations(.conv2DTransposed(filters: 5, kernel: 3, strides: 2), [4, 4, 2])
                == 2 * 32 * 45)
    }
}
