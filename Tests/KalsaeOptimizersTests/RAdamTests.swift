import Glibc
import KalsaeGraph
import KalsaeOptimizers
import KalsaeTensor
import KalsaeTesting
import Testing

/// RAdam against the program of the paper for one number, in `Double`.
@Suite struct RAdamTests {
    private struct Settings {
        var rate = 0.1
        var beta1 = 0.9
        var beta2 = 0.999
        var epsilon = 1e-8
        var decay = 0.0
        var isDecoupled = false
    }

    /// The numbers after each step, and at which step the mean square was first used.
    private func path(
        _ settings: Settings, from start: Double, _ gradients: [Double]
    ) -> (numbers: [Double], rectified: Int?) {
        let (b1, b2) = (settings.beta1, settings.beta2)
        var (p, m, v) = (start, 0.0, 0.0)
        var (b1ToTheT, b2ToTheT) = (1.0, 1.0)
        var numbers: [Double] = []
        var first: Int?
        for (index, slope) in gradients.enumerated() {
            var g = slope
            if settings.isDecoupled {
                p -= settings.rate * settings.decay * p
            } else {
                g += settings.decay * p
            }
            b1ToTheT *= b1
            b2ToTheT *= b2
            m = b1 * m + (1 - b1) * g
            v = b2 * v + (1 - b2) * g * g
            let corrected = m / (1 - b1ToTheT)
            let most = 2 / (1 - b2) - 1
            let now = most - 2 * Double(index + 1) * b2ToTheT / (1 - b2ToTheT)
            if now > 5 {
                first = first ?? index + 1
                let above = (now - 4) * (now - 2) * most
                let r = sqrt(above / ((most - 4) * (most - 2) * now))
                p -=
                    settings.rate * corrected * r * sqrt(1 - b2ToTheT)
                    / (sqrt(v) + settings.epsilon)
            } else {
                p -= settings.rate * corrected
            }
            numbers.append(p)
        }
        return (numbers, first)
    }

    private func compare(
        _ settings: Settings, _ optimizer: any Optimizer, rectifiedFrom step: Int?
    ) throws {
        let gradients = (0..<20).map { 3 * cos(Double($0)) + 0.5 }
        let (expected, first) = path(settings, from: 1.5, gradients)
        #expect(first == step)
        for (dtype, tolerance) in [(DType.float64, 1e-12), (.float32, 1e-5)] {
            let got = try trajectory(
                optimizer, from: [Tensor([1.5] as [Double]).cast(to: dtype)], steps: 20
            ) { _, step in [Tensor([gradients[step - 1]]).cast(to: dtype)] }
            #expect(got.count == 20)
            for (number, right) in zip(got, expected) {
                #expect(abs(number[0][0] - right) <= tolerance * max(1, abs(right)))
            }
        }
    }

    @Test func twentyStepsAreThoseOfThePaper() throws {
        try compare(Settings(), RAdam(learningRate: 0.1), rectifiedFrom: 6)
        try compare(
            Settings(beta1: 0.5, beta2: 0.9, epsilon: 0.1),
            RAdam(learningRate: 0.1, beta1: 0.5, beta2: 0.9, epsilon: 0.1), rectifiedFrom: 6)
        // ρ∞ is 3: the mean square is never used.
        try compare(
            Settings(beta2: 0.5), RAdam(learningRate: 0.1, beta2: 0.5), rectifiedFrom: nil)
    }

    @Test func bothFormsOfDecayAreThoseOfPyTorch() throws {
        try compare(
            Settings(decay: 0.2),
            WeightDecayed(
                RAdam(learningRate: 0.1), decay: 0.2, style: .gradient, decayed: .all),
            rectifiedFrom: 6)
        try compare(
            Settings(decay: 0.2, isDecoupled: true),
            WeightDecayed(
                RAdam(learningRate: 0.1), decay: 0.2, style: .decoupled, decayed: .all),
            rectifiedFrom: 6)
    }
}
