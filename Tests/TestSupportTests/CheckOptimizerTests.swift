import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

/// The rules of optimizers accept a right one and go red on each planted fault.
@Suite struct CheckOptimizerTests {
    @Test func aRightOptimizerPasses() {
        #expect(optimizerMismatches(SGD()) == [])
    }

    @Test(arguments: FaultyDescent.Fault.allCases) func eachFaultIsFound(
        fault: FaultyDescent.Fault
    ) {
        let found = optimizerMismatches(FaultyDescent(fault: fault))
        #expect(found.contains { $0.contains(fault.rawValue) }, "\(found)")
    }
}

struct FaultyDescent: Optimizer {
    enum Fault: String, CaseIterable {
        case refusesNothing = "settings: expected rate"
        case forgetsSlot = "slots: expected 1 slots, got 0"
        case losesSlot = "became []"
        case climbs = "bowl: expected less"
        case widens = "became float64"
        case ignoresRate = "rate: it does not act"
        case movesAtRateZero = "rate 0: expected no move"
        case drifts = "zero gradient: "
    }

    var fault: Fault
    var learningRate = 0.01

    init(fault: Fault) { self.fault = fault }

    var slotCount: Int { 1 }

    func check() throws(KalsaeError) {
        guard learningRate >= 0, learningRate.isFinite, fault != .refusesNothing else {
            if fault == .refusesNothing { return }
            throw KalsaeError("rate", expected: "above 0", got: "\(learningRate)")
        }
    }

    func initialSlots(for parameter: Tensor, at path: TensorPath) -> [Tensor] {
        fault == .forgetsSlot ? [] : [.zeros(like: parameter)]
    }

    func scalars(step: Int) -> OptimizerScalars {
        ["rate": fault == .ignoresRate ? 0.01 : learningRate]
    }

    func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        var after = parameter - scalars.rate * gradient
        switch fault {
        case .climbs: after = parameter + scalars.rate * gradient
        case .widens: after = after.cast(to: .float32).cast(to: .float64).expandingShape(at: 0)
        case .movesAtRateZero: after = after - gradient * 0.001
        case .drifts: after = after - scalars.rate
        case .refusesNothing, .forgetsSlot, .losesSlot, .ignoresRate: break
        }
        return (after, fault == .losesSlot ? [] : slots)
    }
}
