import FoundationEssentials
import Glibc
import KalsaeOptimizers
import KalsaeSupport
import Testing

private let schedules: [(name: String, schedule: LearningRateSchedule)] = [
    ("step", .step(every: 7, factor: 0.5)),
    ("milestones", .milestones([5, 12, 30], factor: 0.3)),
    ("exponential", .exponential(factor: 0.9)),
    ("polynomial", .polynomial(steps: 30, power: 2)),
    ("cosine", .cosine(steps: 40, end: 0.1)),
    ("restarts", .cosineRestarts(period: 6, growth: 2, end: 0.1)),
    ("one-cycle", .oneCycle(steps: 40)),
]

private let others: [LearningRateSchedule] = [
    .constant(), .inverseTime(decay: 0.5, every: 3), .linearWarmup(steps: 4),
    .noam(size: 512, warmup: 4000), .inverseSquareRoot(warmup: 10),
    .cosine(steps: 90).warmedUp(over: 10), .product([.constant(factor: 2), .cosine(steps: 5)]),
    .cosineRestarts(period: 5, peak: 0.5),
]

@Suite struct ScheduleTests {
    @Test(arguments: schedules.indices) func ratesAreThoseOfPyTorch(index: Int) throws {
        let (name, schedule) = schedules[index]
        let (expected, shape) = try Vectors().numbers("schedule/\(name)")
        try #require(shape == [40])
        let got = schedule.rates(steps: 40, base: 0.2)
        #expect(got.count == 40)
        for (step, pair) in zip(got, expected).enumerated() {
            #expect(abs(pair.0 - pair.1) < 1e-12, "\(name), step \(step + 1)")
        }
    }

    @Test func everyScheduleIsWholeAndComesBackFromJSON() throws {
        for schedule in schedules.map(\.schedule) + others {
            try schedule.check()
            let text = try JSONEncoder().encode(schedule)
            let back = try JSONDecoder().decode(LearningRateSchedule.self, from: text)
            #expect(back == schedule)
            for step in [-5, 0, 1, 2, 1000, 1_000_000, .max - 1, .max] {
                let factor = schedule.factor(step: step)
                #expect(factor.isFinite && factor >= 0, "\(schedule) at \(step)")
            }
            #expect(schedule.rates(steps: 7, base: 0.5).count == 7)
            #expect(schedule.rates(steps: -1).isEmpty)
        }
    }

    @Test func inverseTimeIsKerass() {
        let schedule = LearningRateSchedule.inverseTime(decay: 0.5, every: 10)
        #expect(schedule.factor(step: 1) == 1)
        #expect(abs(schedule.factor(step: 21) - 0.5) < 1e-15)
    }

    @Test func warmupEndsAtTheFullRate() {
        let rise = LearningRateSchedule.linearWarmup(steps: 4)
        #expect(rise.rates(steps: 6) == [0.25, 0.5, 0.75, 1, 1, 1])
        let whole = LearningRateSchedule.cosine(steps: 10).warmedUp(over: 5, from: 0.5)
        let rates = whole.rates(steps: 20)
        #expect(abs(rates[0] - 0.6) < 1e-15)
        #expect(rates[4] == 1 && rates[5] == 1)
        #expect(zip(rates[5...], rates[6...]).allSatisfy { $0 >= $1 })
        #expect(rates[15] == 0)
    }

    @Test func noamHasItsPeakAtTheEndOfTheWarmup() {
        let schedule = LearningRateSchedule.noam(size: 512, warmup: 4000)
        // As the paper computes it: d^-0.5 · min(s^-0.5, s · w^-1.5).
        for step in [1, 100, 4000, 9000] {
            let number = Double(step)
            let paper = pow(512, -0.5) * min(pow(number, -0.5), number * pow(4000, -1.5))
            #expect(abs(schedule.factor(step: step) - paper) < 1e-15)
        }
        let normal = LearningRateSchedule.inverseSquareRoot(warmup: 4000)
        #expect(normal.factor(step: 4000) == 1)
        let ratio = schedule.factor(step: 77) / normal.factor(step: 77)
        #expect(abs(ratio - schedule.factor(step: 4000)) < 1e-12)
    }

    @Test func restartsMayBeLower() {
        let rates = LearningRateSchedule.cosineRestarts(period: 5, peak: 0.5).rates(steps: 15)
        #expect(rates[0] == 1 && rates[5] == 0.5 && rates[10] == 0.25)
        #expect(rates[4] < rates[5])
    }

    @Test func badSettingsAreRefused() {
        let bad: [LearningRateSchedule] = [
            .constant(factor: -1), .step(every: 0), .milestones([-1]), .exponential(factor: .nan),
            .inverseTime(decay: -1), .polynomial(steps: 0), .polynomial(steps: 5, power: 0),
            .cosine(steps: -1), .cosineRestarts(period: 0), .cosineRestarts(period: 5, growth: 0),
            .linearWarmup(steps: 0), .oneCycle(steps: 0), .oneCycle(steps: 10, rise: 1),
            .oneCycle(steps: 10, divisor: 0), .noam(size: 0, warmup: 1),
            .inverseSquareRoot(warmup: 0), .product([.constant(), .step(every: -3)]),
            .sequence(first: .constant(), steps: .min, second: .constant()),
            .cosine(steps: 10).warmedUp(over: 0),
        ]
        for schedule in bad {
            #expect(throws: KalsaeError.self, "\(schedule)") { try schedule.check() }
            _ = schedule.rates(steps: 3)
        }
        for plateau in [
            PlateauReduction(factor: 1), PlateauReduction(patience: -1),
            PlateauReduction(threshold: .nan), PlateauReduction(cooldown: -1),
        ] {
            #expect(throws: KalsaeError.self) { try plateau.check() }
        }
    }

    @Test func aPlateauLowersTheRate() throws {
        var plateau = PlateauReduction(factor: 0.5, patience: 2, cooldown: 1, minimumScale: 0.2)
        let losses: [Double] = [3, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1]
        let scales = losses.map { plateau.observe($0) }
        // The lowest loss, two epochs of patience, the cut; one epoch that is not counted.
        #expect(
            scales == [
                1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.2, 0.2, 0.2, 0.2, 0.2,
            ])
        let text = try JSONEncoder().encode(plateau)
        #expect(try JSONDecoder().decode(PlateauReduction.self, from: text) == plateau)
    }

    @Test func aLossThatIsNoNumberIsNoProgress() {
        var plateau = PlateauReduction(factor: 0.5, patience: 1)
        let losses: [Double] = [1, .nan, .nan, 1]
        #expect(losses.map { plateau.observe($0) } == [1, 1, 0.5, 0.5])
        #expect(plateau.state.best == 1)
    }
}
