import KalsaeGraph
import KalsaeLayers
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
