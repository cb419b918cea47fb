import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// Says that the token after `t` is `t + 1`, of five, surely where `sharpness` is large; `base` is added
/// to all logits, which changes nothing.
private struct Counter: Layer {
    var sharpness: Double
    var base = 0.0
    static let parts = Parts<Self>()

    func callAsFunction(_ x: Tensor) -> Tensor {
        let next = ((x + 1) % 5).cast(to: .int32)
        return next.oneHot(classes: 5) * sharpness + base
    }
}

@Suite struct TextSamplerTests {
    @Test func goesOnBeyondItsWindow() throws {
        let sampler = try TextSampler(Counter(sharpness: 200), length: 3)
        let tokens = try sampler.sample(after: [3], count: 8)
        #expect(tokens == [4, 0, 1, 2, 3, 4, 0, 1])
        #expect(try sampler.sample(after: [0, 1, 2, 3, 4], count: 1) == [0])
        #expect(try sampler.sample(after: [0], count: 0).isEmpty)
    }

    @Test func isAFunctionOfTheSeed() throws {
        let sampler = try TextSampler(Counter(sharpness: 1), length: 4)
        let first = try sampler.sample(after: [0], count: 40, seed: 1)
        #expect(try sampler.sample(after: [0], count: 40, seed: 1) == first)
        #expect(try sampler.sample(after: [0], count: 40, seed: 2) != first)
        #expect(Set(first) == [0, 1, 2, 3, 4])
    }

    @Test func temperatureSharpens() throws {
        func share(_ temperature: Double) throws -> Double {
            let sampler = try TextSampler(
                Counter(sharpness: 1), length: 2, temperature: temperature)
            let tokens = [Int32(0)] + (try sampler.sample(after: [0], count: 400, seed: 3))
            let right = zip(tokens, tokens.dropFirst()).filter { ($0 + 1) % 5 == $1 }
            return Double(right.count) / 400
        }
        // e / (e + 4) = .405, and e² / (e² + 4) = .649; deviations are below .025.
        #expect(abs(try share(1) - 0.405) < 0.08)
        #expect(abs(try share(0.5) - 0.649) < 0.08)
    }

    /// Where only the likeliest is left, whatever its logit: 200 / 1e-40 is no number of Float.
    @Test(arguments: [1e-3, 1e-40, 1e-300])
    func smallTemperaturesLeaveTheLikeliest(_ temperature: Double) throws {
        for (sharpness, base) in [(1.0, 0.0), (200, 0), (-200, 0), (100, 100), (100, -300)] {
            let sampler = try TextSampler(
                Counter(sharpness: sharpness, base: base), length: 3, temperature: temperature)
            let drawn = try sampler.sample(after: [3], count: 20)
            if sharpness > 0 {
                #expect(drawn == (0..<20).map { Int32(($0 + 4) % 5) })
            } else {
                // Any but the one behind; four of five are equally likely.
                let pairs = zip([3] + drawn, drawn)
                #expect(pairs.allSatisfy { ($0 + 1) % 5 != $1 } && Set(drawn).count > 2)
            }
        }
    }

    @Test func tokensAreHandedOutAsTheyAreDrawn() throws {
        let sampler = try TextSampler(Counter(sharpness: 1), length: 4)
        var seen: [Int32] = []
        let all = try sampler.sample(after: [0], count: 9, seed: 2) { seen.append($0) }
        #expect(all.count == 9 && seen == all)
        #expect(throws: CancellationError.self) {
            try sampler.sample(after: [0], count: 9) { _ in throw CancellationError() }
        }
    }

    @Test func whatCannotBeIsRefused() throws {
        let model = Counter(sharpness: 1)
        #expect(throws: KalsaeError.self) { try TextSampler(model, length: 0) }
        #expect(throws: KalsaeError.self) { try TextSampler(model, length: 2, temperature: 0) }
        let sampler = try TextSampler(model, length: 2)
        #expect(throws: KalsaeError.self) { try sampler.sample(after: [], count: 1) }
        let flat = try TextSampler(Flatten(), length: 2)
        #expect(throws: (any Error).self) { try flat.sample(after: [1], count: 1) }
    }
}
