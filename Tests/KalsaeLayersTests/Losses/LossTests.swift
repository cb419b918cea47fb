import FoundationEssentials
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

/// What losses refuse, weigh and survive; their values are compared in `LossParityTests`.
@Suite struct LossTests {
    @Test(arguments: Loss.all) func isStableFarOut(_ loss: Loss) throws {
        let isTriplet = loss.name == "triplet"
        var x = Tensor(
            [-1e4, 1e4, 1e4, -1e4, 0, 0] as [Float], shape: isTriplet ? [1, 3, 2] : [3, 2])
        if loss.input == .probabilities { x = x.sigmoid() }
        // The exponential of 1e4 is infinite, and so is this loss.
        if loss.name.hasPrefix("poisson") { x = x.clipped(to: 0...10) }
        var targets: Tensor = [[0, 1], [0, 1], [1, 0]]
        // Amounts and their means are above 0.
        if loss == .gammaDeviance { (x, targets) = (x.clipped(to: 1e-3...1e4), targets + 1) }
        let (value, slope) = valueAndGradient(at: x) { loss($0, targets) }
        #expect(try value.item().isFinite)
        #expect(try slope.values().allSatisfy(\.isFinite))
    }

    @Test func classesOutOfRangeAreThrown() throws {
        for label: Int32 in [3, -1, 100] {
            for loss in [Loss.softmaxCrossEntropy, .crossEntropy] {
                let targets = Tensor([0, label])
                #expect(throws: (any Error).self) {
                    try loss(Tensor.ones([2, 3]), targets).item()
                }
                do {
                    _ = try loss(Tensor.ones([2, 3]), targets).item()
                } catch {
                    #expect("\(error)".contains("from 0 to 2, got \(label)"))
                    #expect("\(error)".contains("cross-entropy"))
                }
            }
        }
        let kept = Loss.softmaxCrossEntropy(ignoring: -1)
        expectClose(kept(.zeros([2, 3]), Tensor([0, -1] as [Int32])), [1.0986123], shape: [])
        expectClose(kept(.zeros([1, 3]), Tensor([-1] as [Int32])), [0], shape: [])
    }

    @Test func sampleWeightsWeighRows() throws {
        let (p, t): (Tensor, Tensor) = ([[1], [2], [4]], [[0], [0], [0]])
        let loss = Loss.meanSquaredError
        let weights: Tensor = [1, 0, 3]
        expectClose(loss(p, t, weights: weights, reduction: .none), [1, 0, 48], shape: [3])
        expectClose(loss(p, t, weights: weights, reduction: .sum), [49], shape: [])
        expectClose(loss(p, t, weights: weights), [12.25], shape: [])
        expectClose(loss(p, t), [7], shape: [])
        expectFault(loss(p, t, weights: [1, 2]), "weights [3]")
    }

    @Test func aWeightedClassCountsInTheSums() throws {
        let loss = Loss.softmaxCrossEntropy(classWeights: [1, 3])
        let sums = loss.sums(.zeros([3, 2]), Tensor([0, 1, 1] as [Int32]))
        expectClose(sums, [7 * 0.69314718, 7], shape: [2])
    }

    @Test func takesSequences() throws {
        let labels = Tensor([Int32](repeating: 1, count: 6), shape: [2, 3])
        let rows = Loss.softmaxCrossEntropy.perRow(.zeros([2, 3, 4]), labels)
        #expect(rows.shape == [2, 3])
        expectClose(Loss.softmaxCrossEntropy(.zeros([2, 3, 4]), labels), [1.3862944], shape: [])
    }

    @Test func wrongShapesAreFaults() {
        expectFault(Loss.meanSquaredError(.zeros([2, 3]), .zeros([3, 2])), "meanSquaredError")
        expectFault(Loss.softmaxCrossEntropy(.zeros([2, 3]), .zeros([2])), "class numbers")
        expectFault(Loss.softmaxCrossEntropy(.zeros([]), .zeros([])), "class numbers")
        expectFault(
            Loss.softmaxCrossEntropy(classWeights: [1])(
                .zeros([2, 3]), Tensor([0, 1] as [Int32])), "class weights")
        expectFault(Loss.triplet(.zeros([2, 3]), .zeros([2])), "[batch, 3, size]")
        expectFault(
            Loss.meanSquaredError(.zeros([2], dtype: .int32), .zeros([2])), "floating-point")
    }

    @Test func hingeTakesBothFormsOfTargets() throws {
        let p: Tensor = [0.5, -2, 3]
        let expected = [0.5, 3, 0.0]
        expectClose(Loss.hinge.perRow(p, [1, 1, 1]), expected, shape: [3])
        expectClose(Loss.hinge.perRow(-p, [0, 0, 0]), expected, shape: [3])
        expectClose(Loss.hinge.perRow(-p, [-1, -1, -1]), expected, shape: [3])
        expectClose(Loss.hinge.perRow(p, Tensor([1, 1, 1] as [Int32])), expected, shape: [3])
    }

    @Test func aColumnOfPredictionsTakesAVectorOfTargets() throws {
        expectClose(
            Loss.binaryCrossEntropy(.zeros([2, 1]), Tensor([0, 1] as [Int32])), [0.6931472],
            shape: [])
    }

    @Test func knowsProbabilitiesFromLogits() throws {
        let logits: Tensor = [[1, 2, 3], [0, 0, 5]]
        #expect(try Loss.softmaxCrossEntropy.isGivenProbabilities(logits.softmax()))
        #expect(try !Loss.softmaxCrossEntropy.isGivenProbabilities(logits))
        #expect(try !Loss.softmaxCrossEntropy.isGivenProbabilities(logits.sigmoid()))
        #expect(try !Loss.crossEntropy.isGivenProbabilities(logits.softmax()))
        #expect(try Loss.binaryCrossEntropy.isGivenProbabilities([[0.25], [0.5]]))
        #expect(try !Loss.binaryCrossEntropy.isGivenProbabilities([[0.25], [-0.5]]))
    }

    @Test func keepsNameAndSettingsInFiles() throws {
        let losses: [Loss] = [
            .softmaxCrossEntropy, .huber(delta: 2),
            .softmaxCrossEntropy(labelSmoothing: 0.1, classWeights: [1, 2.5], ignoring: -100),
        ]
        let data = try JSONEncoder().encode(losses)
        #expect(try JSONDecoder().decode([Loss].self, from: data) == losses)
        #expect(losses[1].rawValue == "huber(delta: 2)")
        #expect(Set(Loss.all.map(\.name)).count == Loss.all.count)
    }

    @Test func gradientsAgreeWithDifferences() {
        let x = Tensor.normal([4, 3], key: RandomKey(seed: 4), dtype: .float64)
        let t = Tensor.normal([4, 3], key: RandomKey(seed: 5), dtype: .float64).softmax()
        for loss in [Loss.softmaxCrossEntropy, .klDivergence, .logCosh, .cosine, .focal] {
            expectGradient(of: { (x: Tensor) in loss(x, t) }, at: x, order: 2)
        }
    }
}
