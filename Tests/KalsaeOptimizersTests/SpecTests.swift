import FoundationEssentials
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

/// Optimizers and schedules as plain data: names, settings with defaults, and what is refused.
@Suite struct SpecTests {
    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch { return "\(error)" }
    }

    private func decoded(_ text: String) throws -> OptimizerSpec {
        try JSONDecoder().decode(OptimizerSpec.self, from: Data(text.utf8))
    }

    /// The spec of every name, wrappers round Adam.
    static func spec(_ name: String) throws -> OptimizerSpec {
        if OptimizerSpec.plainNames.contains(name) { return try OptimizerSpec(name) }
        let needed: [String: [String: SettingValue]] = [
            "weightDecayed": ["decay": 0.1], "gradientAccumulation": ["count": 4],
            "exponentialMovingAverage": [:],
            "parameterGroups": ["groups": [["pattern": "1", "rateFactor": 0.5]]],
            "stochasticWeightAverage": ["start": 3, "every": 2],
        ]
        return try OptimizerSpec("adam").wrapped(in: name, needed[name] ?? ["limit": 1])
    }

    @Test(arguments: OptimizerSpec.names) func everyNameBuildsAndComesBack(name: String) throws {
        let spec = try Self.spec(name)
        let optimizer = try spec.optimizer()
        let whole = try OptimizerSpec(optimizer)
        // What was given is among all settings, and all settings build the same optimizer.
        for (key, value) in spec.settings where key != "base" {
            #expect(whole.settings[key] == value, "\(key)")
        }
        #expect(try OptimizerSpec(whole.optimizer()) == whole)
        let data = try JSONEncoder().encode(whole)
        #expect(try JSONDecoder().decode(OptimizerSpec.self, from: data) == whole)
        // A type that has several names comes back under the first, with its settings.
        let first = ["momentum": "sgd", "nesterov": "sgd"]
        #expect(whole.name == first[name] ?? name)
        checkOptimizer(optimizer)
    }

    /// Another value of every kind of setting acts: no setting is listed under a name that is not
    /// its own.
    @Test(arguments: OptimizerSpec.names) func everySettingIsTheOneThatItNames(name: String) throws
    {
        let whole = try OptimizerSpec(Self.spec(name).optimizer())
        for (key, value) in whole.settings {
            let other: SettingValue
            switch value {
            case .number(let number): other = .number(number == 0 ? 0.25 : number / 2)
            case .flag(let flag): other = .flag(!flag)
            case .text(let text):
                let choices = [
                    "afterCorrection": "beforeCorrection", "outsideRoot": "insideRoot",
                    "matrices": "all", "decoupled": "gradient",
                ]
                other = .text(try #require(choices[text]))
            case .settings: other = ["optimizer": "sgd", "learningRate": 0.5]
            case .list: continue
            }
            let isWhole = ["count", "start", "every"].contains(key)
            var changes = [key: isWhole ? 7 : other]
            if name == "sgd", key == "nesterov" { changes["momentum"] = 0.5 }
            let changed = try whole.replacing(changes)
            let back = try OptimizerSpec(changed.optimizer())
            for (setting, value) in changed.settings where setting != "base" {
                #expect(back.settings[setting] == value, "\(name), \(setting)")
            }
            #expect(back != whole, "\(name), \(key)")
        }
    }

    @Test func settingsComeFromJSON() throws {
        let text = """
            {"optimizer": "clippedByGlobalNorm", "limit": 0.5, "base":
             {"optimizer": "weightDecayed", "decay": 0.25, "style": "gradient", "base":
              {"optimizer": "rmsprop", "learningRate": 0.125, "isCentered": true}}}
            """
        let clipped = try #require(try decoded(text).optimizer() as? ClippedByGlobalNorm)
        #expect(clipped.limit == 0.5)
        let decayed = try #require(clipped.base as? WeightDecayed)
        #expect(decayed.decay == 0.25 && decayed.style == .gradient)
        #expect(decayed.decayed == .matrices)
        let base = try #require(decayed.base as? RMSProp)
        #expect(base.learningRate == 0.125 && base.isCentered && base.decay == 0.99)
        #expect(try decoded(#""lion""#).optimizer() is Lion)
        #expect(
            try (decoded(#"{"optimizer": "adafactor"}"#).optimizer() as? Adafactor)?.epsilon == nil)
        let some = #"{"optimizer": "adafactor", "epsilon": 0.5}"#
        #expect(try (decoded(some).optimizer() as? Adafactor)?.epsilon == 0.5)
    }

    @Test func whatIsNotKnownIsRefusedWithTheNearestName() {
        let cases: [(String, String)] = [
            (#""adm""#, "got \"adm\"; did you mean \"adam\"?"),
            (
                #"{"optimizer": "adam", "bta1": 0.5}"#,
                "adam: expected settings learningRate, beta1, beta2, epsilon, epsilonForm, "
                    + "got \"bta1\"; did you mean \"beta1\"?"
            ),
            (
                #"{"optimizer": "sgd", "learningRate": "fast"}"#,
                "sgd: expected a number as learningRate, got \"fast\""
            ),
            (
                #"{"optimizer": "adam", "epsilonForm": "afterCorection"}"#,
                "did you mean \"afterCorrection\"?"
            ),
            (
                #"{"optimizer": "gradientAccumulation", "count": 1.5, "base": "sgd"}"#,
                "expected a whole number as count, got 1.5"
            ),
            (
                #"{"optimizer": "clippedByNorm", "base": "sgd"}"#,
                "expected a setting limit, got base"
            ),
            (#"{"optimizer": "clippedByNorm", "limit": 1}"#, "expected a setting base, got limit"),
            (
                #"{"optimizer": "clippedByNorm", "limit": 1, "base": 3}"#,
                "expected a name or settings"
            ),
            (
                #"{"optimizer": "sgd", "nesterov": 1}"#,
                "expected true or false as nesterov, got 1.0"
            ),
            (#"{"rate": 1}"#, "optimizer: expected a name as optimizer, got settings rate"),
            ("[1]", "optimizer: expected a name or settings, got [1.0]"),
        ]
        for (text, expected) in cases {
            let got = message { _ = try decoded(text) }
            #expect(got.contains(expected), "\(text) gave \(got)")
            #expect(!got.contains("\n"))
        }
    }

    /// Every rate and every share of every optimizer refuses what is out of its range, by name, in
    /// a spec and as a value.
    @Test(arguments: OptimizerSpec.names) func numbersOutOfRangeAreRefused(name: String) throws {
        let whole = try OptimizerSpec(Self.spec(name).optimizer())
        let shares = ["beta1", "beta2", "momentum"]
        for (key, value) in whole.settings {
            guard case .number = value else { continue }
            var bad: [Double] = [.infinity, -.infinity, .nan]
            if key != "decayPower" { bad.append(-1e-3) }
            if shares.contains(key) { bad += [1, 1.5] }
            for number in bad {
                let got = message { _ = try whole.replacing([key: .number(number)]) }
                #expect(got.hasPrefix("\(whole.name): expected "), "\(name), \(key): \(got)")
                #expect(got.contains(key) && got.contains("got ") && !got.contains("\n"))
            }
        }
    }

    @Test func whatIsNotInTheCatalogHasNoSpec() {
        struct Own: Optimizer {
            var learningRate = 0.1
            let slotCount = 0
            func scalars(step: Int) -> OptimizerScalars { ["rate": learningRate] }
            func update(
                _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars s: ScalarTensors
            ) -> (parameter: Tensor, slots: [Tensor]) { (parameter - s.rate * gradient, []) }
        }
        #expect(message { _ = try OptimizerSpec(Own()) }.contains("catalog"))
        #expect(message { _ = try OptimizerSpec(SGD(learningRate: -1)) }.contains("of at least 0"))
    }

    @Test(arguments: LearningRateSchedule.names) func everyScheduleComesBack(name: String) throws {
        let needed: [String: [String: SettingValue]] = [
            "step": ["every": 3], "milestones": ["steps": [2, 5]], "exponential": ["factor": 0.5],
            "inverseTime": ["decay": 0.25], "polynomial": ["steps": 9], "cosine": ["steps": 9],
            "cosineRestarts": ["period": 4], "linearWarmup": ["steps": 4], "oneCycle": ["steps": 9],
            "noam": ["size": 64, "warmup": 5], "inverseSquareRoot": ["warmup": 5],
            "sequence": [
                "first": "constant", "steps": 3, "second": ["schedule": "cosine", "steps": 6],
            ],
            "product": ["schedules": ["constant", ["schedule": "step", "every": 2]]],
        ]
        let schedule = try LearningRateSchedule(name, needed[name] ?? [:])
        let data = try JSONEncoder().encode(schedule)
        #expect(String(decoding: data, as: UTF8.self).contains(#""schedule":"\#(name)""#))
        #expect(try JSONDecoder().decode(LearningRateSchedule.self, from: data) == schedule)
        let got = message { _ = try LearningRateSchedule(name, ["stps": 1]) }
        #expect(got.hasPrefix("schedule \(name): expected "), "\(got)")
        #expect(got.contains("\n") == false)
    }

    /// What was written while the schedule was an enumeration, by Swift's own `Codable`.
    @Test func schedulesOfTheOldFormAreRead() throws {
        let old: [(String, LearningRateSchedule)] = [
            (#"{"constant":{"factor":1}}"#, .constant()),
            (#"{"step":{"every":7,"factor":0.5}}"#, .step(every: 7, factor: 0.5)),
            (#"{"milestones":{"_0":[5,12],"factor":0.25}}"#, .milestones([5, 12], factor: 0.25)),
            (#"{"exponential":{"factor":0.5,"every":1}}"#, .exponential(factor: 0.5)),
            (#"{"inverseTime":{"decay":0.5,"every":3}}"#, .inverseTime(decay: 0.5, every: 3)),
            (#"{"polynomial":{"steps":30,"power":2,"end":0}}"#, .polynomial(steps: 30, power: 2)),
            (#"{"cosine":{"steps":40,"end":0.125}}"#, .cosine(steps: 40, end: 0.125)),
            (
                #"{"cosineRestarts":{"period":6,"growth":2,"peak":1,"end":0.5}}"#,
                .cosineRestarts(period: 6, growth: 2, end: 0.5)
            ),
            (
                #"{"oneCycle":{"steps":40,"rise":0.5,"divisor":25,"finalDivisor":10000}}"#,
                .oneCycle(steps: 40, rise: 0.5)
            ),
            (#"{"noam":{"size":512,"warmup":4000}}"#, .noam(size: 512, warmup: 4000)),
            (#"{"inverseSquareRoot":{"warmup":10}}"#, .inverseSquareRoot(warmup: 10)),
            (
                #"{"sequence":{"first":{"product":{"_0":[{"linearWarmup":{"steps":10,"start":0}},"#
                    + #"{"constant":{"factor":1}}]}},"steps":10,"second":{"cosine":{"steps":90,"end":0}}}}"#,
                .cosine(steps: 90).warmedUp(over: 10)
            ),
        ]
        for (text, schedule) in old {
            let read = try JSONDecoder().decode(LearningRateSchedule.self, from: Data(text.utf8))
            #expect(read == schedule, "\(text)")
        }
    }

    @Test func aPlateauComesFromSettings() throws {
        let plateau = try PlateauReduction(["factor": 0.5, "patience": 3])
        #expect(plateau == PlateauReduction(factor: 0.5, patience: 3))
        #expect(
            message { _ = try PlateauReduction(["patiense": 3]) }
                .contains("did you mean \"patience\"?"))
    }
}
