import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Synchronization
import Testing

/// Callbacks that throw, and tasks that are cancelled, at each of the moments when they may.
@Suite struct HostileCallbackTests {
    private enum Moment: String, CaseIterable { case begin, step, epoch, end }

    private struct Broken: Error, CustomStringConvertible {
        let description = "broken"
    }

    /// Throws at a moment, the second time that it comes there, where it comes there twice.
    private struct Thrower: Callback {
        let moment: Moment
        let error: any Error
        var calls = 0

        private mutating func act(_ here: Moment) throws {
            guard here == moment else { return }
            calls += 1
            if calls == (moment == .step || moment == .epoch ? 2 : 1) { throw error }
        }

        mutating func onTrainBegin(_ control: inout TrainingControl) throws { try act(.begin) }
        mutating func onStepEnd(
            _ step: StepRecord, _ control: inout TrainingControl
        ) throws { try act(.step) }
        mutating func onEpochEnd(
            _ epoch: EpochRecord, _ control: inout TrainingControl
        ) throws { try act(.epoch) }
        mutating func onTrainEnd(_ history: History) throws { try act(.end) }
    }

    /// Counts what it is told, and asks for a state at every boundary.
    private final class Witness: Callback {
        struct Seen {
            var steps = 0
            var epochs = 0
            var ends = 0
            var states = 0
        }
        let seen = Mutex(Seen())
        var memory: [String: Double] {
            get { ["steps": Double(seen.withLock { $0.steps })] }
            set {
                let steps = Int(newValue["steps"] ?? 0)
                seen.withLock { $0.steps = steps }
            }
        }

        func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) {
            seen.withLock { $0.steps += 1 }
            control.checkpoint { [self] _ in seen.withLock { $0.states += 1 } }
        }
        func onEpochEnd(_ epoch: EpochRecord, _ control: inout TrainingControl) {
            seen.withLock { $0.epochs += 1 }
        }
        func onTrainEnd(_ history: History) { seen.withLock { $0.ends += 1 } }
    }

    private func trainer() throws -> Trainer<Sequential> {
        try Trainer(
            withSeed(1) { try Sequential([.dense(units: 3), .dropout(rate: 0.3)], input: [2]) },
            loss: .meanSquaredError, optimizer: Adam(learningRate: 0.05), seed: 3)
    }

    private func data() throws -> Dataset {
        let x = Tensor.normal([20, 2], key: RandomKey(seed: 4))
        return try Dataset(x, .concatenate([x, x.sum(axes: [1], keepsAxes: true)], axis: 1))
    }

    private func numbers(_ trainer: Trainer<Sequential>) async throws -> [Float] {
        try await trainer.model.tensors.flatMap { try $0.tensor.values() }
    }

    /// 3 epochs of 3 steps.
    private func options(_ callbacks: [any Callback]) -> FitOptions {
        FitOptions(epochs: 3, batch: 8, callbacks: callbacks)
    }

    @Test func whatACallbackThrowsIsThrownAndTheTrainingCanGoOn() async throws {
        let whole = try trainer()
        try await whole.fit(data(), options([]))
        for moment in Moment.allCases {
            let trainer = try trainer()
            let callbacks = [Thrower(moment: moment, error: Broken())]
            await #expect(throws: Broken.self, "\(moment)") {
                try await trainer.fit(data(), options(callbacks))
            }
            let state = try await trainer.state
            let other = try self.trainer()
            let history = try await other.fit(data(), options([]), resuming: state)
            #expect(history.epochs.map(\.steps) == [3, 6, 9], "\(moment)")
            #expect(try await numbers(other) == numbers(whole), "\(moment)")
        }
    }

    /// The other callbacks hear of the same boundary, and what they asked for is done: a state that
    /// is resumed from has all that they remember.
    @Test func theOtherCallbacksAreToldOfABoundaryAtWhichOneThrows() async throws {
        for (moment, steps, epochs, ends) in [
            (Moment.step, 2, 0, 0), (.epoch, 6, 2, 0), (.end, 9, 3, 2),
        ] {
            let (first, last) = (Witness(), Witness())
            let thrower = Thrower(moment: moment, error: Broken())
            let trainer = try trainer()
            await #expect(throws: Broken.self) {
                try await trainer.fit(data(), options([first, thrower, last]))
            }
            for witness in [first, last] {
                let seen = witness.seen.withLock { $0 }
                #expect(seen.steps == steps && seen.states == steps, "\(moment): \(seen)")
                #expect(seen.epochs == epochs, "\(moment): \(seen)")
            }
            let total = first.seen.withLock { $0.ends } + last.seen.withLock { $0.ends }
            #expect(total == ends, "\(moment)")
        }
    }

    /// A request to stop is no error, wherever it is thrown.
    @Test func aStopIsNoErrorAnywhere() async throws {
        for (moment, steps) in zip(Moment.allCases, [0, 2, 6, 9]) {
            let trainer = try trainer()
            let thrower = Thrower(moment: moment, error: TrainingStop("enough"))
            let history = try await trainer.fit(data(), options([thrower]))
            #expect(await trainer.stepCount == steps, "\(moment)")
            #expect(history.end == (moment == .end ? .completed : .stopped(reason: "enough")))
        }
    }

    /// Cancelled behind each of the nine steps, a training goes on to the same bits.
    @Test func aTrainingThatIsCancelledBehindAnyStepGoesOn() async throws {
        let whole = try trainer()
        let expected = try await whole.fit(data(), options([])).epochs.map(\.loss)
        struct Cancel: Callback {
            let step: Int
            func onStepEnd(_ record: StepRecord, _ control: inout TrainingControl) {
                if record.step == step { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        for step in 1...9 {
            let trainer = try trainer()
            let task = Task { [data = try data(), options = options([Cancel(step: step)])] in
                try await trainer.fit(data, options)
            }
            let history = try await task.value
            #expect(history.end == .cancelled && history.steps == step)
            let other = try self.trainer()
            let state = try await trainer.state
            let resumed = try await other.fit(data(), options([]), resuming: state)
            #expect(resumed.epochs.map(\.loss) == expected, "\(step)")
            #expect(try await numbers(other) == numbers(whole), "\(step)")
        }
    }
}
