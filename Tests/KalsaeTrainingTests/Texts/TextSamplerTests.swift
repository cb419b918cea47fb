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

/// Has the same shares of probability at every position.
private struct Fixed: Layer {
    var shares: [Double]
    static let parts = Parts<Self>()

    func callAsFunction(_ x: Tensor) -> Tensor {
        x.cast(to: .float32).reshaped(to: [1, 1, 1]) * 0 + Tensor(shares.map { Float($0) }).log()
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

    /// Greedy decoding draws nothing: all seeds give the same, and ties the first.
    @Test func temperature0TakesTheLikeliest() throws {
        let sampler = try TextSampler(Counter(sharpness: 0.01), length: 3, temperature: 0)
        let drawn = try sampler.sample(after: [3], count: 12, seed: 7)
        #expect(drawn == (0..<12).map { Int32(($0 + 4) % 5) })
        let even = try TextSampler(Counter(sharpness: 0), length: 3, temperature: 0)
        #expect(try even.sample(after: [3], count: 4) == [0, 0, 0, 0])
    }

    /// Of probabilities 8/15, 4/15, 2/15, 1/15: what top-k and top-p leave, and how often each is drawn.
    @Test(
        arguments: [
            (topK: nil, topP: nil, left: 4), (1, nil, 1), (2, nil, 2), (9, nil, 4), (nil, 0.5, 1),
            (nil, 0.54, 2), (nil, 0.79, 2), (nil, 0.81, 3), (nil, 1, 4), (nil, 1e-9, 1),
            // 8/12 and 4/12 of two: .6 is reached by the first alone.
            (2, 0.6, 1), (2, 0.7, 2),
        ] as [(topK: Int?, topP: Double?, left: Int)])
    func theLikeliestAreLeft(_ topK: Int?, _ topP: Double?, _ left: Int) throws {
        let shares = [8.0, 4, 2, 1]
        let sampler = try TextSampler(
            Fixed(shares: [1, 8, 2, 4]), length: 1, topK: topK, topP: topP)
        let count = 600
        let drawn = try sampler.sample(after: [0], count: count, seed: 4)
        let sum = shares.prefix(left).reduce(0, +)
        for (rank, token) in [1, 3, 2, 0].enumerated() {
            let share = rank < left ? shares[rank] / sum : 0
            let times = drawn.count { $0 == Int32(token) }
            // Five standard deviations of a binomial count.
            let bound = 5 * (Double(count) * share * (1 - share)).squareRoot()
            #expect(abs(Double(times) - Double(count) * share) <= bound, "token \(token)")
        }
    }

    /// What float32 has no number for is taken for its least, or for a very large one.
    @Test func extremesAreDrawnFrom() throws {
        for topP in [1e-46, 1e-300, 1e-30] {
            let sampler = try TextSampler(Fixed(shares: [1, 8, 2, 4]), length: 1, topP: topP)
            #expect(Set(try sampler.sample(after: [0], count: 9)) == [1])
        }
        for temperature in [1e29, 1e39, 1e300] {
            let sampler = try TextSampler(
                Fixed(shares: [1, 8, 2, 4, 5]), length: 1, temperature: temperature,
                leavingOut: [2])
            #expect(Set(try sampler.sample(after: [0], count: 200)) == [0, 1, 3, 4])
        }
    }

    /// As likely as the last one that is left is left too; what is excluded never comes.
    @Test func tiesAndExclusions() throws {
        let model = Fixed(shares: [2, 1, 1, 1, 8])
        let tied = try TextSampler(model, length: 1, topK: 3)
        #expect(Set(try tied.sample(after: [0], count: 300)) == [0, 1, 2, 3, 4])
        let without = try TextSampler(model, length: 1, topK: 1, leavingOut: [4])
        #expect(Set(try without.sample(after: [0], count: 20)) == [0])
        let half = try TextSampler(model, length: 1, topP: 0.3, leavingOut: [4])
        #expect(Set(try half.sample(after: [0], count: 20)) == [0])
        let greedy = try TextSampler(model, length: 1, temperature: 0, leavingOut: [4])
        #expect(try greedy.sample(after: [0], count: 3) == [0, 0, 0])
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
        for temperature in [-1, -0.1, Double.nan, .infinity] {
            #expect(throws: KalsaeError.self) {
                try TextSampler(model, length: 2, temperature: temperature)
            }
        }
        for topP in [0, -0.5, 1.5, Double.nan] {
            #expect(throws: KalsaeError.self) { try TextSampler(model, length: 2, topP: topP) }
        }
        #expect(throws: KalsaeError.self) { try TextSampler(model, length: 2, topK: 0) }
        let sampler = try TextSampler(model, length: 2)
        #expect(throws: KalsaeError.self) { try sampler.sample(after: [], count: 1) }
        let flat = try TextSampler(Flatten(), length: 2)
        #expect(throws: (any Error).self) { try flat.sample(after: [1], count: 1) }
    }
}
