import Foundation
import KalsaeBackend
import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Synchronization
import Testing

/// Checkpoints that are written beside the training: which ones, which stay, and what comes back.
@Suite struct CheckpointTests {
    private let path = NSTemporaryDirectory() + "kalsae-checkpoints-\(UUID().uuidString)"

    private func data() throws -> Dataset {
        let x = Tensor.normal([40, 2], key: RandomKey(seed: 4))
        return try Dataset(x, x.sum(axes: [1], keepsAxes: true))
    }

    private func trainer() throws -> Trainer<Sequential> {
        let model = try withSeed(1) {
            try Sequential([.dense(units: 3), .dropout(rate: 0.2), .dense(units: 1)], input: [2])
        }
        return try Trainer(
            model, loss: .meanSquaredError, optimizer: Adam(learningRate: 0.01), seed: 3)
    }

    private func options(_ callbacks: [any Callback] = []) throws -> FitOptions {
        FitOptions(epochs: 6, batch: 8, validation: try data(), callbacks: callbacks)
    }

    /// Five steps an epoch; each state on the disc leads to the same end.
    @Test func eachCheckpointGoesOnToTheSameBits() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let whole = try trainer()
        try await whole.fit(data(), options([Nothing()]))
        let wanted = try await whole.model.tensors.map { try $0.tensor.values(Float.self) }

        let folder = CheckpointFolder(path + "/a/b")
        let writer = CheckpointWriter(folder, kept: 100)
        let first = try trainer()
        // Each is waited for, so that none is overtaken by the next.
        try await first.fit(
            data(),
            options([CheckpointCallback(writer, interval: .steps(4)), Waiter(writer: writer)]))
        writer.flush()
        #expect(folder.entries.filter { !$0.isBest }.map(\.step) == [4, 8, 12, 16, 20, 24, 28])
        #expect(folder.best?.step == folder.entries.last(where: \.isBest)?.step)
        for entry in folder.entries {
            let state = try TrainingState(path: entry.path)
            #expect(state.progress.fit?.steps == entry.step)
            let other = try trainer()
            try await other.fit(
                data(), options([CheckpointCallback(writer, interval: .steps(1000)), Nothing()]),
                resuming: state)
            let numbers = try await other.model.tensors.map { try $0.tensor.values(Float.self) }
            #expect(numbers == wanted)
        }
        #expect(folder.entry(before: 19)?.step == 16)
        #expect(folder.entry(before: 3) == nil)
    }

    private struct Nothing: Callback {}

    private struct Waiter: Callback {
        let writer: CheckpointWriter
        func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) { writer.flush() }
    }

    /// What stays is the newest, the best one, and of the rest so many that no step's way back is more
    /// than half of the way to the end.
    @Test func oldCheckpointsAreThinned() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let folder = CheckpointFolder(path)
        let writer = CheckpointWriter(folder, kept: 6)
        var state = try await trained()
        for step in 1...96 {
            state.progress.fit?.steps = step
            writer.write(state)
            if step == 10 { writer.write(state, isBest: true) }
            writer.flush()
        }
        let steps = folder.entries.filter { !$0.isBest }.map(\.step)
        #expect(steps.suffix(6) == [91, 92, 93, 94, 95, 96] && steps.first == 1, "\(steps)")
        #expect(steps.count < 24, "\(steps)")
        for (step, next) in zip(steps, steps.dropFirst()) where next - step > 1 {
            #expect(2 * (next - step) <= 96 - next, "\(steps)")
        }
        #expect(folder.steps(around: 93).hasSuffix(", 92, 93, 94, 95, 96"))
        #expect(folder.best?.step == 10)
        // Room for two and the best one.
        let bytes = try #require(folder.last).bytes
        let small = CheckpointWriter(folder, kept: 6, bytes: 3 * bytes + bytes / 2)
        state.progress.fit?.steps = 97
        small.write(state)
        small.flush()
        #expect(folder.entries.map(\.step) == [10, 96, 97])
        let newest = CheckpointWriter(folder, kept: 2, keepsOlder: false)
        state.progress.fit?.steps = 98
        newest.write(state)
        newest.flush()
        #expect(folder.entries.map(\.step) == [10, 97, 98])
    }

    private func trained() async throws -> TrainingState {
        let trainer = try trainer()
        try await trainer.fit(data(), epochs: 1, batch: 8)
        return try await trainer.state
    }

    /// A folder that cannot be made is told once; once it can, what comes later is there.
    @Test func aDiscThatRefusesEndsNothing() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        FileManager.default.createFile(atPath: path, contents: Data([1]))
        let events = Mutex<[String]>([])
        let writer = CheckpointWriter(CheckpointFolder(path + "/run")) { event in
            let word =
                switch event {
                case .written(let entry, _): "written \(entry.step)"
                case .failed(let error): "failed: \(error)"
                case .recovered: "recovered"
                }
            events.withLock { $0.append(word) }
        }
        var state = try await trained()
        for step in [1, 2] {
            state.progress.fit?.steps = step
            writer.write(state)
            writer.flush()
        }
        try FileManager.default.removeItem(atPath: path)
        state.progress.fit?.steps = 3
        writer.write(state)
        writer.flush()
        let told = events.withLock { $0 }
        #expect(told.count == 3 && told[0].hasPrefix("failed: ") && told[0].contains(path))
        #expect(told.dropFirst() == ["recovered", "written 3"])
    }

    @Test func intervalsAreReadFromText() throws {
        #expect(try CheckpointInterval(parsing: "50steps") == .steps(50))
        #expect(try CheckpointInterval(parsing: "1 step") == .steps(1))
        #expect(try CheckpointInterval(parsing: "2min") == .seconds(120))
        #expect(try CheckpointInterval(parsing: "1.5h") == .seconds(5400))
        #expect(try CheckpointInterval(parsing: "30s") == .seconds(30))
        #expect(try CheckpointInterval(parsing: "3epochs") == .epochs(3))
        #expect(try CheckpointInterval(parsing: "auto") == .automatic)
        for text in ["", "50", "steps", "0steps", "-1steps", "1.5steps", "2 weeks", "0s"] {
            #expect(throws: KalsaeError.self, "\(text)") { try CheckpointInterval(parsing: text) }
        }
    }

    /// Where there is no memory for a second copy, each is on the disc before the next is taken.
    @Test func noneWaitsWhereMemoryIsShort() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let events = Mutex<[Int]>([])
        let writer = CheckpointWriter(CheckpointFolder(path)) { event in
            if case .written(let entry, _) = event { events.withLock { $0.append(entry.step) } }
        }
        var state = try await trained()
        let facts = MemoryFacts(physical: 1 << 30, swap: 0, held: 1 << 30)
        MemoryFacts.$source.withValue(MemoryFacts.Source { facts }) {
            for step in 1...20 {
                state.progress.fit?.steps = step
                writer.write(state)
                #expect(events.withLock { $0.count } >= step - 1)
            }
        }
        writer.flush()
        #expect(events.withLock { $0 } == Array(1...20))
    }

    /// A checkpoint and the step that an autopsy would begin with are one copy.
    @Test func aCheckpointIsSharedWithTheAutopsy() async throws {
        final class Seen: Sendable {
            let buffers = Mutex<[WeakBuffer]>([])
        }
        struct WeakBuffer: Sendable { weak var buffer: Buffer? }
        struct Looking: Callback {
            let seen: Seen
            func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) {
                // Behind the last step nothing is taken any more.
                if step.step == 12 {
                    let alive = seen.buffers.withLock { $0.map { $0.buffer != nil } }
                    #expect(alive == [false, true])
                }
                guard step.step == 5 || step.step == 10 else { return }
                control.checkpoint { [seen] state in
                    let buffer = try state.model.entries[0].tensor.evaluatedBuffer()
                    seen.buffers.withLock { $0.append(WeakBuffer(buffer: buffer)) }
                }
            }
        }
        let seen = Seen()
        var options = FitOptions(epochs: 3, batch: 8, callbacks: [Looking(seen: seen)])
        options.autopsyPath = path
        try await trainer().fit(data(), options)
        #expect(seen.buffers.withLock { $0.count } == 2)
    }
}
