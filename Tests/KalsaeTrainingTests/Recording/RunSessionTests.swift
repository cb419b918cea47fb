import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeOptimizers
import KalsaeRuns
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Synchronization
import Testing

/// A training as a run of a store: recorded, steered by somebody else, taken up from its checkpoints.
@Suite struct RunSessionTests {
    private let folder = NSTemporaryDirectory() + "kalsae-runs-\(UUID().uuidString)"

    private func data() throws -> Dataset {
        let x = Tensor.normal([40, 3], key: RandomKey(seed: 1))
        return try Dataset(x, (x.sum(axes: [1]) .> 0).cast(to: .int32))
    }

    private func trainer() throws -> Trainer<Sequential> {
        let model = try withSeed(1) {
            try Sequential(
                [.dense(units: 8, activation: .tanh), .dropout(rate: 0.5), .dense(units: 2)],
                input: [3])
        }
        return try Trainer(
            model, loss: .softmaxCrossEntropy, optimizer: AdamW(learningRate: 0.01),
            metrics: [.accuracy], seed: 5)
    }

    private func options() throws -> FitOptions {
        FitOptions(epochs: 8, batch: 8, validation: try data())
    }

    private func bits(_ state: TrainingState) throws -> [[UInt32]] {
        try state.tensors.filter { !$0.path.name.hasPrefix("best") }
            .map { try $0.tensor.values(Float.self).map(\.bitPattern) }
    }

    /// Sends commands at steps, as another process would, and waits until they are there.
    private final class Person: Callback {
        let store: Store
        let session: RunSession
        private let plan: Mutex<[Int: [(String, JSONValue)]]>
        /// What is sent while the first epoch is measured.
        private let measured: [(String, JSONValue)]

        init(
            store: Store, _ session: RunSession, plan: [Int: [(String, JSONValue)]],
            measured: [(String, JSONValue)] = []
        ) {
            (self.store, self.session, self.measured) = (store, session, measured)
            self.plan = Mutex(plan)
        }

        func onEpochEnd(_ epoch: EpochRecord, _ control: inout TrainingControl) throws {
            if epoch.epoch == 1 { try send(measured) }
        }

        func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) throws {
            // So that no checkpoint is overtaken by the next one.
            session.writer.flush()
            guard let commands = plan.withLock({ $0.removeValue(forKey: step.step) }) else {
                return
            }
            try send(commands)
        }

        private func send(_ commands: [(String, JSONValue)]) throws {
            guard !commands.isEmpty else { return }
            for (verb, data) in commands {
                _ = try store.send(verb, data: data, author: "ann", to: session.run)
            }
            // Ten times as long as the recorder needs to see them.
            usleep(500_000)
        }
    }

    @Test func aPersonSteersARun() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try Store(folder: folder)
        var description = RunDescription(name: "steered")
        description.seed = 5
        let session = RunSession(
            try store.createRun(description), in: store, interval: .steps(5), kept: 100)
        let person = Person(
            store: store, session,
            plan: [
                7: [("set", ["learningRate": 0.05, "dropout1.rate": 0.25])],
                12: [("set", ["learningRate": 5])],
                17: [("rollback", ["to": 11]), ("note", ["text": "too quick"])],
                23: [("pause", [:]), ("set", ["optimizer.beta1": 0.5]), ("continue", [:])],
                29: [
                    ("set", ["dropout9.rate": 0.1]), ("fly", [:]), ("rollback", ["to": 2]),
                    ("schedule", ["schedule": "cosine"]),
                ],
            ])
        let live = try trainer()
        var options = try options()
        options.callbacks = [person] + session.callbacks()
        let history = try await live.fit(data(), options)
        let end = try await live.state
        session.finish(.finished, last: end)
        #expect(history.steps == 40)

        // What was done behind step 10 is gone with the roll back.
        let list = try #require(end.progress.fit?.interventions)
        #expect(list.map(\.step) == [7, 7, 23, 29] && list.allSatisfy { $0.reason == "ann" })
        let run = try store.run("steered")
        #expect(run.state == .finished)
        let answers = try store.commands(of: run).map {
            "\($0.verb) \($0.state.rawValue) \($0.answer)"
        }
        #expect(
            answers.map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == [
                "set applied", "set applied", "rollback applied", "note applied", "pause applied",
                "set applied", "continue applied", "set refused", "fly refused",
                "rollback refused", "schedule applied",
            ])
        #expect(
            answers[2].contains(
                "back at step 10, the last checkpoint before 11 (there are 5, 10, 15), "
                    + "learningRate = 0.05"))
        let kinds = try store.events(of: run).map(\.kind)
        #expect(kinds.count { $0 == "steer" } == 11 && kinds.count { $0 == "change" } == 5)

        // The list alone gives the same bits, and so does each checkpoint behind the last change.
        var replay = try self.options()
        replay.interventions = list
        let replayed = try trainer()
        try await replayed.fit(data(), replay)
        #expect(try bits(try await replayed.state) == bits(end))
        let checkpoints = RunSession.checkpoints(of: run, in: store)
        #expect(checkpoints.last?.step == 40)
        let entry = try #require(checkpoints.entry(before: 34))
        let second = RunSession(try store.createRun(RunDescription(name: "second")), in: store)
        var rest = try self.options()
        rest.callbacks = [Person(store: store, second, plan: [:])] + second.callbacks()
        let resumed = try trainer()
        try await resumed.fit(data(), rest, resuming: try TrainingState(path: entry.path))
        second.finish(.finished)
        #expect(try bits(try await resumed.state) == bits(end))

        let loss = try store.points("validation/loss", of: run)
        #expect(loss.map(\.step) == Array(stride(from: 5, through: 40, by: 5)))
        #expect(loss.map(\.value) == history.epochs.compactMap { $0.validation?.loss })
    }

    /// The names of `--schedule` count at any boundary, over the length of the training.
    @Test func schedulesGoByTheirNames() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try Store(folder: folder)
        let session = RunSession(try store.createRun(RunDescription(name: "s")), in: store)
        let names = SchedulePreset.all.map(\.name) + ["linearWarmup", "cosin"]
        let person = Person(
            store: store, session, plan: [:],
            measured: names.map { ("schedule", ["schedule": .string($0)]) } + [
                ("schedule", ["schedule": ["schedule": "exponential", "factor": 0.5, "every": 9]])
            ])
        let trainer = try trainer()
        var options = try options()
        options.callbacks = [person] + session.callbacks()
        try await trainer.fit(data(), options)
        let end = try await trainer.state
        session.finish(.finished, last: end)
        let commands = try store.commands(of: session.run)
        let refused = commands.filter { $0.state == .refused }
        #expect(
            refused.map { $0.data["schedule"]?.string } == ["plateau", "linearWarmup", "cosin"])
        let usual = SchedulePreset.all.dropLast().map(\.name).joined(separator: ", ")
        #expect(
            refused.map(\.answer)
                == [("plateau", ""), ("linearWarmup", ""), ("cosin", "cosine")].map {
                    "schedule: expected \(usual), or settings as "
                        + #"{"schedule": "cosine", "steps": 900}, got ""# + $0 + "\""
                        + ($1.isEmpty ? "" : "; did you mean \"\($1)\"?")
                })
        // 8 epochs of 5 steps.
        let presets = SchedulePreset.all.dropLast().map { preset in
            preset.name == "constant" ? nil : preset.schedule(40)
        }
        let made = try #require(end.progress.fit?.interventions)
        #expect(
            made.map(\.change)
                == presets.map { .schedule($0) } + [.schedule(.exponential(factor: 0.5, every: 9))])
        #expect(made.allSatisfy { $0.step == 5 })
    }

    /// A factor counts for the rate that the schedule builds on, also twice at one boundary.
    @Test func aRateIsSetByAFactor() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try Store(folder: folder)
        let session = RunSession(
            try store.createRun(RunDescription(name: "factor")), in: store, interval: .steps(5))
        let person = Person(
            store: store, session,
            plan: [
                7: [("set", ["learningRate": "*4"]), ("set", ["learningRate": "/2"])],
                10: [
                    ("set", ["optimizer.learningRate": "/10"]), ("set", ["learningRate": "*3"]),
                ],
                13: [("set", ["learningRate": "*0"]), ("set", ["learningRate": "/x"])],
            ])
        let trainer = try trainer()
        var options = try options()
        options.schedule = .cosine(steps: 40)
        options.callbacks = [person] + session.callbacks()
        try await trainer.fit(data(), options)
        let end = try await trainer.state
        session.finish(.finished, last: end)
        let made = try #require(end.progress.fit?.interventions).map(\.change)
        let tenth = 0.02 / 10
        let wanted: [(String, Double)] = [
            ("learningRate", 0.04), ("learningRate", 0.02), ("optimizer.learningRate", tenth),
            ("learningRate", tenth * 3),
        ]
        #expect(made == wanted.map { SettingChange.setting($0.0, .number($0.1)) })
        let answers = try store.commands(of: session.run).map {
            "\($0.state.rawValue) \($0.answer)"
        }
        #expect(answers.prefix(4).allSatisfy { $0.hasPrefix("applied") })
        #expect(
            answers.suffix(2) == [
                "refused learningRate: expected a factor above 0, as *2 or /10, got \"*0\"",
                "refused learningRate: expected a factor above 0, as *2 or /10, got \"/x\"",
            ])
    }

    /// A training that is taken up goes on from where it went back to, not from what was undone.
    @Test func whatWasUndoneIsNotTakenUp() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try Store(folder: folder)
        let session = RunSession(
            try store.createRun(RunDescription(name: "a")), in: store, interval: .steps(5),
            kept: 100)
        let person = Person(
            store: store, session,
            plan: [27: [("pause", [:]), ("rollback", ["to": 11]), ("note", [:]), ("stop", [:])]])
        let trainer = try trainer()
        var options = try options()
        options.callbacks = [person] + session.callbacks()
        try await trainer.fit(data(), options)
        session.finish(.stopped, last: try await trainer.state)
        let folder = RunSession.checkpoints(of: session.run, in: store)
        #expect(folder.last?.step == 10 && folder.entries.allSatisfy { $0.step <= 10 })
        // What comes behind the roll back is told at the step that was gone back to.
        let steps = try store.events(of: session.run).filter { $0.kind == "steer" }.map(\.step)
        #expect(steps == [27, 27, 10, 10])
        #expect(try store.points("validation/loss", of: session.run).map(\.step) == [5, 10])
    }

    @Test func aStopKeepsWhatThereIs() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try Store(folder: folder)
        let session = RunSession(try store.createRun(RunDescription(name: "a")), in: store)
        let person = Person(store: store, session, plan: [13: [("stop", [:])]])
        let trainer = try trainer()
        var options = try options()
        options.callbacks = [person] + session.callbacks()
        let history = try await trainer.fit(data(), options)
        session.finish(.stopped, last: try await trainer.state)
        #expect(history.steps == 13 && history.end == .stopped(reason: "stopped by ann"))
        #expect(try store.run("a").state == .stopped)
        let last = try #require(RunSession.checkpoints(of: session.run, in: store).last)
        #expect(last.step == 13)
        #expect(try store.checkpoints(of: session.run).contains { $0.step == 13 })
    }
}
