import FoundationEssentials
import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Synchronization
import Testing

/// Settings that change while a training goes on, and the list of changes that replays it.
@Suite struct SteeringTests {
    private func data() throws -> Dataset {
        let x = Tensor.normal([40, 3], key: RandomKey(seed: 1))
        return try Dataset(x, (x.sum(axes: [1]) .> 0).cast(to: .int32))
    }

    private func trainer(
        rate: Double = 0.5, optimizer: any Optimizer = AdamW(learningRate: 0.01)
    ) throws -> Trainer<Sequential> {
        let model = try withSeed(1) {
            try Sequential(
                [
                    .dense(units: 8, activation: .tanh), .batchNorm,
                    .residual([.dense(units: 8), .dropout(rate: rate)]),
                    .dropout(rate: rate), .dense(units: 2),
                ], input: [3])
        }
        return try Trainer(model, loss: .softmaxCrossEntropy, optimizer: optimizer, seed: 5)
    }

    /// Makes changes behind steps.
    private final class Steersman: Callback {
        let changes: [Int: SettingChange]
        let answers = Mutex<[String]>([])
        let seen = Mutex<[Intervention]>([])

        init(_ changes: [Int: SettingChange]) { self.changes = changes }

        func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) {
            guard let change = changes[step.step] else { return }
            control.change(change, reason: "test") { error in
                self.answers.withLock { $0.append(error.map { "\($0)" } ?? "done") }
            }
        }

        func onIntervention(_ intervention: Intervention) {
            seen.withLock { $0.append(intervention) }
        }
    }

    private func bits(_ trainer: Trainer<Sequential>) async throws -> [[UInt32]] {
        try await trainer.state.tensors.map { try $0.tensor.values(Float.self).map(\.bitPattern) }
    }

    private let changes: [Int: SettingChange] = [
        4: .setting("learningRate", 0.05),
        9: .setting("optimizer.beta1", 0.5),
        13: .setting("dropout1.rate", 0.1),
        15: .setting("residual1.dropout1.rate", 0.25),
        18: .schedule(.cosine(steps: 40)),
        21: .setting("optimizer.decay", 0.3),
    ]

    @Test func theListOfChangesReplaysATraining() async throws {
        let live = try trainer()
        let steersman = Steersman(changes)
        try await live.fit(data(), FitOptions(epochs: 6, batch: 8, callbacks: [steersman]))
        #expect(steersman.answers.withLock { $0 } == Array(repeating: "done", count: 6))
        let list = try #require(try await live.state.progress.fit?.interventions)
        #expect(list.map(\.step) == [4, 9, 13, 15, 18, 21])
        #expect(list.map(\.change) == [4, 9, 13, 15, 18, 21].compactMap { changes[$0] })
        #expect(list == steersman.seen.withLock { $0 })

        // Behind a text, as a configuration has it.
        let text = try JSONEncoder().encode(list)
        var options = FitOptions(epochs: 6, batch: 8)
        options.interventions = try JSONDecoder().decode([Intervention].self, from: text)
        #expect(options.interventions == list)
        let replayed = try trainer()
        try await replayed.fit(data(), options)
        #expect(try await bits(replayed) == bits(live))

        let plain = try trainer()
        try await plain.fit(data(), FitOptions(epochs: 6, batch: 8))
        #expect(try await bits(plain) != bits(live))
    }

    /// The state has the changes: a training resumed from it has the settings of the one before.
    @Test(arguments: [3, 4, 13, 14, 19, 25])
    func aSteeredTrainingResumesToTheSameBits(_ step: Int) async throws {
        struct StopAt: Callback {
            let step: Int
            func onStepEnd(_ record: StepRecord, _ control: inout TrainingControl) {
                if record.step == step { control.stop() }
            }
        }
        let whole = try trainer()
        try await whole.fit(
            data(), FitOptions(epochs: 6, batch: 8, callbacks: [Steersman(changes)]))
        let first = try trainer()
        try await first.fit(
            data(),
            FitOptions(epochs: 6, batch: 8, callbacks: [Steersman(changes), StopAt(step: step)]))
        let state = try await first.state
        #expect(state.progress.fit?.steps == step)
        let second = try trainer()
        try await second.fit(
            data(), FitOptions(epochs: 6, batch: 8, callbacks: [Steersman(changes)]),
            resuming: state)
        #expect(try await bits(second) == bits(whole))
    }

    /// The oracle is a trainer that is made with the other rates and goes on from the same state.
    @Test func aChangedLayerIsThatOfANetworkMadeSo() async throws {
        let steered = try trainer()
        try await steered.fit(data(), epochs: 2, batch: 8)
        let state = try await steered.state
        let changes = [
            Intervention(step: 10, .setting("dropout1.rate", 0.2)),
            Intervention(step: 10, .setting("residual1.dropout1.rate", 0.2)),
            Intervention(step: 10, .setting("optimizer.beta2", 0.9)),
        ]
        var options = FitOptions(epochs: 4, batch: 8)
        options.interventions = changes
        try await steered.fit(data(), options, resuming: state)
        let made = try trainer(rate: 0.2, optimizer: AdamW(learningRate: 0.01, beta2: 0.9))
        try await made.fit(data(), FitOptions(epochs: 4, batch: 8), resuming: state)
        #expect(try await bits(steered) == bits(made))
        #expect(await steered.model.spec == made.model.spec)
    }

    @Test(arguments: [
        ("dropout7.rate", SettingValue.number(0.1), "dense1"),
        ("dropout1.speed", 0.1, "rate"),
        ("dropout1.rate", 2, "rate"),
        ("dropout1.rate", "much", "number"),
        ("dense2.units", 3, "changes no shapes"),
        ("optimizer.betta1", 0.5, "beta1"),
        ("optimizer.beta1", 1.5, "beta1"),
        ("learningRate", -1, "at least 0"),
        ("learningRate", "quick", "a number"),
    ])
    func whatCannotChangeIsToldAndChangesNothing(
        _ name: String, _ value: SettingValue, _ word: String
    ) async throws {
        let steersman = Steersman([7: .setting(name, value)])
        let asked = try trainer()
        try await asked.fit(data(), FitOptions(epochs: 3, batch: 8, callbacks: [steersman]))
        let answer = try #require(steersman.answers.withLock { $0.first })
        #expect(answer.contains(word) && !answer.contains("\n"), "\(answer)")
        #expect(steersman.seen.withLock { $0.isEmpty })
        let plain = try trainer()
        try await plain.fit(data(), FitOptions(epochs: 3, batch: 8))
        #expect(try await bits(asked) == bits(plain))
    }

    @Test func settingsOfOptimizersInsideOfOthersAreFound() throws {
        let spec = try OptimizerSpec("adam").wrapped(in: "clippedByGlobalNorm", ["limit": 1])
        let inner = try spec.replacing(setting: "beta1", with: 0.5)
        #expect((try inner.optimizer() as? ClippedByGlobalNorm)?.limit == 1)
        #expect(((try inner.optimizer() as? ClippedByGlobalNorm)?.base as? Adam)?.beta1 == 0.5)
        let outer = try spec.replacing(setting: "limit", with: 3)
        #expect((try outer.optimizer() as? ClippedByGlobalNorm)?.limit == 3)
        let path = try spec.replacing(setting: "base.epsilon", with: 0.25)
        #expect(((try path.optimizer() as? ClippedByGlobalNorm)?.base as? Adam)?.epsilon == 0.25)
    }

    @Test func changesAreReadFromText() throws {
        #expect(try SettingChange(parsing: "learningRate=3e-4") == .setting("learningRate", 3e-4))
        #expect(try SettingChange(parsing: "a.b=true") == .setting("a.b", true))
        let tenth = SettingChange.setting("learningRate", .number(3e-4 / 10))
        #expect("\(tenth)" == "learningRate = 3e-05")
        #expect("\(SettingChange.setting("a", 0.1234567890123))" == "a = 0.1234567890123")
        #expect(try SettingChange(parsing: "a=b=c") == .setting("a", "b=c"))
        for text in ["learningRate", "=3", "learningRate="] {
            #expect(throws: KalsaeError.self) { try SettingChange(parsing: text) }
        }
    }
}
