extension LearningRateSchedule {
    /// The schedules that go by a name, a line each: the name, and the rule with the settings that
    /// are not given.
    static let catalog: [(name: String, rule: any ScheduleRule)] = [
        ("constant", Constant(factor: 1)),
        ("step", StepDecay(every: 1)),
        ("milestones", Milestones(steps: [])),
        ("exponential", Exponential(factor: 1)),
        ("inverseTime", InverseTime(decay: 0)),
        ("polynomial", Polynomial(steps: 1)),
        ("cosine", Cosine(steps: 1)),
        ("cosineRestarts", CosineRestarts(period: 1)),
        ("linearWarmup", LinearWarmup(steps: 1)),
        ("oneCycle", OneCycle(steps: 1)),
        ("noam", Noam(size: 1, warmup: 1)),
        ("inverseSquareRoot", InverseSquareRoot(warmup: 1)),
        ("sequence", ScheduleSequence(first: .constant(), steps: 0, second: .constant())),
        ("product", ScheduleProduct(schedules: [])),
    ]
}

extension SchedulePreset {
    /// All presets, a line each. The rate is the highest one in each; a tenth of the steps warm up.
    public static let all: [SchedulePreset] = [
        SchedulePreset(name: "constant") { _ in .constant() },
        SchedulePreset(name: "step") { .step(every: max($0 / 3, 1)) },
        SchedulePreset(name: "exponential") { .exponential(factor: 0.01, every: $0) },
        SchedulePreset(name: "inverse-time") { .inverseTime(decay: 9, every: $0) },
        SchedulePreset(name: "polynomial") { .polynomial(steps: $0) },
        SchedulePreset(name: "cosine") { .cosine(steps: $0) },
        SchedulePreset(name: "cosine-restarts") { .cosineRestarts(period: max($0 / 4, 1)) },
        SchedulePreset(name: "warmup") { .linearWarmup(steps: warmup($0)) },
        SchedulePreset(name: "warmup-cosine") {
            .cosine(steps: max($0 - warmup($0), 1)).warmedUp(over: warmup($0))
        },
        SchedulePreset(name: "one-cycle") { .oneCycle(steps: $0) },
        SchedulePreset(name: "noam") { .inverseSquareRoot(warmup: warmup($0)) },
        SchedulePreset(name: "plateau") { _ in nil },
    ]

    private static func warmup(_ steps: Int) -> Int { max(steps / 10, 1) }
}
