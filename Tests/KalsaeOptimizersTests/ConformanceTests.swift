import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import KalsaeTraining
import Testing

/// Every optimizer that stands alone, under its name in specs.
let optimizersByName: [(name: String, optimizer: any Optimizer)] = OptimizerSpec.plainNames.map {
    do {
        return ($0, try OptimizerSpec($0).optimizer())
    } catch {
        Issue.record(error)
        return ($0, SGD())
    }
}

/// Other forms, and wrappers.
private let variants: [any Optimizer] = [
    AdaGrad(initialAccumulator: 0.1, epsilon: 1e-7, epsilonPlacement: .insideRoot),
    RMSProp(momentum: 0.9, isCentered: true, epsilonPlacement: .insideRoot),
    Adam(epsilon: 1e-7, epsilonForm: .beforeCorrection),
    AdamW(decay: 0.1, decayed: .all),
    ClippedByValue(Adam(), limit: 0.1),
    ClippedByNorm(SGD(momentum: 0.9), limit: 1),
    ClippedByGlobalNorm(Lion(), limit: 1),
    WeightDecayed(SGD(), decay: 0.1, style: .gradient),
    WeightDecayed(SGD(), decay: 0.1, style: .decoupled),
    ExponentialMovingAverage(Adam()),
    StochasticWeightAverage(SGD(), start: 3, every: 2),
    GradientAccumulation(ClippedByGlobalNorm(AdamW(), limit: 1), count: 4),
    ParameterGroups(Adam(), [.rate("1", times: 0.1)]),
    ParameterGroups(Adam(), [.optimizer("1", SGD(momentum: 0.9))]),
    ParameterGroups(SGD(), [.frozen("1")]),
]

@Suite struct ConformanceTests {
    @Test(arguments: optimizersByName.indices) func everyOptimizerKeepsTheRules(index: Int) {
        checkOptimizer(optimizersByName[index].optimizer)
    }

    @Test(arguments: variants.indices) func everyVariantKeepsTheRules(index: Int) {
        checkOptimizer(variants[index])
    }

    /// What recipes named before there was a catalog.
    @Test func everyNameOfRecipesIsKept() throws {
        let names: [(String, any Optimizer, Double)] = [
            ("sgd", SGD(), 0.1), ("momentum", SGD(momentum: 0.9), 0.01),
            ("nesterov", SGD(momentum: 0.9, nesterov: true), 0.01), ("adagrad", AdaGrad(), 0.01),
            ("rmsprop", RMSProp(), 0.001), ("adadelta", Adadelta(), 1), ("adam", Adam(), 0.001),
            ("amsgrad", AMSGrad(), 0.001), ("adamw", AdamW(), 0.001), ("adamax", AdaMax(), 0.002),
            ("nadam", NAdam(), 0.002), ("lion", Lion(), 0.001), ("adafactor", Adafactor(), 0.01),
        ]
        #expect(names.map(\.0) == OptimizerSpec.plainNames.filter(names.map(\.0).contains))
        #expect(Recipe.OptimizerName.allCases.map(\.rawValue) == OptimizerSpec.plainNames)
        for (text, optimizer, rate) in names {
            let name = try #require(Recipe.OptimizerName(rawValue: text))
            let made = try name.make(learningRate: 0.25)
            #expect(type(of: made) == type(of: optimizer))
            #expect(made.learningRate == 0.25)
            #expect(made.slotCount == optimizer.slotCount)
            #expect(name.defaultRate == rate, "\(text)")
        }
        #expect(Recipe.OptimizerName(rawValue: "clippedByNorm") == nil)
    }

    @Test func badSettingsAreRefused() {
        let bad: [any Optimizer] = [
            SGD(learningRate: -1), SGD(momentum: 1), SGD(momentum: .nan), SGD(nesterov: true),
            AdaGrad(initialAccumulator: -1), AdaGrad(epsilon: 0), RMSProp(decay: 1),
            RMSProp(momentum: -0.1), RMSProp(epsilon: -1e-8), Adadelta(decay: 1.5),
            Adadelta(epsilon: 0), Adam(beta1: 1), Adam(beta2: -0.1), Adam(epsilon: 0),
            Adam(learningRate: .infinity), AMSGrad(beta2: 1), AdamW(decay: -1), AdaMax(beta1: .nan),
            NAdam(momentumDecay: -1), NAdam(beta2: 1), Lion(beta1: 2),
            Adafactor(decayPower: 0.8), Adafactor(epsilon: 0), Adafactor(clipThreshold: 0),
            ClippedByValue(SGD(), limit: 0), ClippedByNorm(SGD(), limit: -1),
            ClippedByGlobalNorm(SGD(), limit: .nan), ClippedByNorm(Adam(beta1: 1), limit: 1),
            WeightDecayed(SGD(), decay: -0.1), ExponentialMovingAverage(SGD(), decay: 1),
            StochasticWeightAverage(SGD(), start: 0, every: 1),
            StochasticWeightAverage(SGD(), start: 1, every: 0),
            GradientAccumulation(SGD(), count: 0),
            ParameterGroups(SGD(), [.rate("*", times: -1)]),
            ParameterGroups(SGD(), [.optimizer("*", Adam(beta1: 1))]),
        ]
        for optimizer in bad {
            do {
                try optimizer.check()
                Issue.record("expected \(optimizer) to be refused")
            } catch {
                #expect(!error.description.contains("\n"))
                #expect(error.description.contains("expected"))
            }
            // The scalars of a bad setting are bad numbers, not a trap.
            _ = optimizer.scalars(step: 1)
        }
    }
}
