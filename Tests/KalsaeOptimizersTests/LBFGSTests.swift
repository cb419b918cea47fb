import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

@Suite struct LBFGSTests {
    /// Rosenbrock's valley: its minimum is 0 at (1, 1).
    private func valley(_ x: Tensor) -> Tensor {
        let (a, b) = (x[0], x[1])
        return (1 - a).square() + (b - a.square()).square() * 100
    }

    @Test func findsTheEndOfRosenbrocksValley() throws {
        let outcome = try LBFGS().minimize(Tensor([-1.2, 1.0] as [Double]), of: valley)
        expectClose(
            outcome.model, [1, 1], shape: [2], dtype: .float64,
            tolerance: Tolerance(relative: 1e-6, absolute: 1e-6))
        #expect(outcome.value < 1e-12)
        #expect(outcome.iterations < 60)
        #expect(outcome.evaluations < 90)
        #expect(outcome.end == .smallGradient || outcome.end == .smallChange)
    }

    @Test func worksInFloat32() throws {
        let outcome = try LBFGS(gradientTolerance: 1e-3).minimize(
            Tensor([-1.2, 1.0] as [Double]).cast(to: .float32), of: valley)
        #expect(outcome.model.dtype == .float32)
        #expect(outcome.value < 1e-6)
    }

    @Test func everyStepOfTheSearchGoesDown() throws {
        var last = Double.infinity
        for count in 0...20 {
            let outcome = try LBFGS(maximumIterations: count).minimize(
                Tensor([-1.2, 1.0] as [Double]), of: valley)
            #expect(outcome.value < last)
            last = outcome.value
        }
    }

    @Test func aFunctionWithoutEndStops() throws {
        let outcome = try LBFGS(maximumIterations: 30).minimize(Tensor([1.0] as [Double])) { x in
            (-x).exp().sum() - x.sum()
        }
        #expect(outcome.iterations <= 30)
        let steep = try LBFGS().minimize(Tensor([1.0] as [Double])) { ($0 - 2).log().sum() }
        #expect(steep.end == .noDescent)
    }

    @Test func badSettingsAreRefused() {
        let start = Tensor([1.0] as [Double])
        for driver in [
            LBFGS(memory: 0), LBFGS(maximumIterations: -1), LBFGS(gradientTolerance: .nan),
            LBFGS(stepRule: .fixed(rate: 0)),
        ] {
            #expect(throws: KalsaeError.self) { try driver.minimize(start) { $0.sum() } }
        }
    }
}
