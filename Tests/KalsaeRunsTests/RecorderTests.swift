import Foundation
import KalsaeRuns
import KalsaeSupport
import Synchronization
import Testing

@Suite("Recording a run")
struct RecorderTests {
    /// The lines that a recorder says.
    final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func say(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private func waitUntil(_ condition: () throws -> Bool) rethrows -> Bool {
        for _ in 0..<1000 {
            if try condition() { return true }
            usleep(10_000)
        }
        return false
    }

    @Test func nothingIsLostAtTheEnd() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let run = try store.createRun(RunDescription(name: "a"))
        let lines = Lines()
        let recorder = RunRecorder(run, in: store, say: lines.say)
        // More than the queue holds, faster than a disc writes.
        let count = RunRecorder.capacity + 50_000
        for step in 0..<count { recorder.metric("loss", step: step, epoch: 1, value: Double(step)) }
        recorder.event("note", step: 3, author: "me", data: ["text": "hi"])
        recorder.checkpoint(RunCheckpoint(step: 5, epoch: 1, path: "5.safetensors"))
        recorder.artifact(RunArtifact(name: "model", kind: "model", path: "m"))
        recorder.finish(state: .finished)
        #expect(lines.all.isEmpty)
        let points = try store.points("loss", of: run, limit: nil)
        #expect(points.count == count)
        #expect(points.indices.allSatisfy { points[$0].value == Double($0) })
        #expect(try store.events(of: run).map(\.kind) == ["note"])
        #expect(try store.checkpoints(of: run).map(\.step) == [5])
        #expect(try store.artifacts(of: run).map(\.name) == ["model"])
        let ended = try store.run("a")
        #expect(ended.state == .finished)
        #expect(ended.ended != nil)
    }

    @Test func pointsAreWrittenWhileTheTrainingGoesOn() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let run = try store.createRun(RunDescription(name: "a"))
        let recorder = RunRecorder(run, in: store)
        recorder.metric("loss", step: 1, value: 2)
        let reader = try folder.open(.reading)
        #expect(try waitUntil { try reader.metrics(of: run).count == 1 })
        #expect(try reader.run("a").state == .running)
        recorder.metric("loss", step: 2, value: 1)
        recorder.flush()
        #expect(try reader.points("loss", of: run).map(\.step) == [1, 2])
        recorder.finish(state: .stopped)
        #expect(try reader.run("a").state == .stopped)
    }

    /// What was undone is hidden although nothing follows it.
    @Test func goingBackHidesWhatWasUndone() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let run = try store.createRun(RunDescription(name: "a"))
        let recorder = RunRecorder(run, in: store)
        for step in 1...10 {
            recorder.metric("loss", step: step, epoch: 1, value: Double(20 - step))
            if step % 5 == 0 {
                recorder.metric("validation/loss", step: step, value: 1 / Double(step))
            }
        }
        recorder.rollBack(to: 7)
        recorder.finish(state: .stopped)
        #expect(try store.points("loss", of: run).map(\.step) == Array(1...7))
        #expect(try store.points("loss", of: run).last?.value == 13)
        #expect(try store.points("validation/loss", of: run).map(\.value) == [0.2])
        let summaries = try store.metrics(of: run)
        #expect(summaries.map(\.last.step).sorted() == [5, 7])
        #expect(summaries.first { $0.name == "validation/loss" }?.low?.value == 0.2)
    }

    @Test func commandsComeOnceAndAreAnswered() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let run = try store.createRun(RunDescription(name: "a"))
        let recorder = RunRecorder(run, in: store)
        #expect(recorder.pendingCommands().isEmpty)
        let other = try folder.open()
        let sent = try (0..<3).map { index in
            try other.send("set", data: ["rate": .integer(index)], author: "me", to: run)
        }
        var got: [RunCommand] = []
        #expect(
            waitUntil {
                got += recorder.pendingCommands()
                return got.count >= 3
            })
        #expect(got == sent)
        recorder.answer(got[0], .applied, step: 10)
        recorder.answer(got[1], .refused, step: 11, "expected a rate above 0, got 1")
        recorder.flush()
        let stored = try other.commands(of: run)
        #expect(stored.map(\.state) == [.applied, .refused, .pending])
        #expect(stored.map(\.appliedStep) == [10, 11, nil])
        #expect(stored[1].answer == "expected a rate above 0, got 1")
        #expect(try other.commands(of: run, pendingOnly: true).map(\.id) == [sent[2].id])
        #expect(recorder.pendingCommands().isEmpty)
        recorder.finish(state: .finished)
        #expect(throws: KalsaeError.self) { try other.send("stop", author: "me", to: run) }
    }

    @Test func aStoreThatIsGoneIsSaidOnceAndComesBack() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let run = try store.createRun(RunDescription(name: "a"))
        let lines = Lines()
        var timing = RecorderTiming()
        timing.retry = 20
        let recorder = RunRecorder(run, in: store, timing: timing, say: lines.say)
        try FileManager.default.moveItem(atPath: folder.store, toPath: folder.path + "/aside")
        for step in 0..<10 {
            recorder.metric("loss", step: step, value: 1)
            recorder.flush()
            usleep(30_000)
        }
        #expect(lines.all.count == 1)
        #expect(lines.all.first?.contains("got none or another one") == true)
        try FileManager.default.moveItem(atPath: folder.path + "/aside", toPath: folder.store)
        #expect(waitUntil { lines.all.count == 2 })
        #expect(lines.all.last?.hasSuffix("recording goes on") == true)
        recorder.finish(state: .finished)
        #expect(try folder.open().points("loss", of: run).count == 10)
    }

    @Test func whatIsLostForGoodEndsNoTraining() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let run = try store.createRun(RunDescription(name: "a"))
        let lines = Lines()
        var timing = RecorderTiming()
        timing.patience = 100
        let recorder = RunRecorder(run, in: store, timing: timing, say: lines.say)
        // To remove it would race with what the recorder writes into it.
        try FileManager.default.moveItem(atPath: folder.store, toPath: folder.path + "/aside")
        let count = RunRecorder.capacity * 2
        for step in 0..<count { recorder.metric("loss", step: step, value: 1) }
        recorder.finish(state: .finished)
        #expect(lines.all.count == 2)
        #expect(lines.all.last?.contains("\(count) points were not recorded") == true)
    }

    @Test func aRunThatWasDeletedIsNotRecorded() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let run = try store.createRun(RunDescription(name: "a"))
        let lines = Lines()
        let recorder = RunRecorder(run, in: store, say: lines.say)
        try store.finish(run, .stopped)
        try store.delete(run, files: true)
        recorder.metric("loss", step: 1, value: 1)
        recorder.finish(state: .finished)
        #expect(lines.all.count == 1)
        #expect(lines.all.first?.contains("was deleted") == true)
        #expect(try store.runs().isEmpty)
    }

    /// What is held shows as paused until it goes on, or is taken up by a process that holds nothing.
    @Test func aRunThatIsHeldIsPaused() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let run = try store.createRun(RunDescription(name: "held"))
        let recorder = RunRecorder(run, in: store)
        func word() throws -> String {
            let word = try store.run("held").stateWord
            #expect(try store.overview(of: run.id)?.isPaused == (word == "paused"))
            return word
        }
        func ask(_ verb: String, _ state: RunCommand.State) throws {
            let command = try store.send(verb, author: "ann", to: run)
            recorder.answer(command, state, step: 1)
            recorder.flush()
        }
        #expect(try word() == "running")
        try ask("pause", .refused)
        #expect(try word() == "running")
        try ask("pause", .applied)
        try ask("note", .applied)
        #expect(try word() == "paused")
        #expect(try store.run("held").json["paused"] == true)
        try ask("continue", .applied)
        #expect(try word() == "running")
        try ask("pause", .applied)
        let later = try #require(try store.commands(of: run).last).time + 1
        try store.record([RunEvent("resumed", step: 1, time: later)], of: run)
        #expect(try word() == "running")
        recorder.finish(state: .stopped)
        #expect(try word() == "stopped")
    }
}
