import Foundation
import KalsaeRuns
import KalsaeSupport
import Synchronization
import Testing

private func succeeds(_ program: String, _ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
}

/// A file system in memory of some bytes; false where this user may mount none.
private func mountDisc(_ bytes: Int, at path: String) -> Bool {
    succeeds("/bin/mount", ["-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", path])
}

@discardableResult
private func unmountDisc(_ path: String) -> Bool { succeeds("/bin/umount", ["-l", path]) }

private let canMount: Bool = {
    guard let folder = try? StoreFolder() else { return false }
    defer { folder.remove() }
    guard mountDisc(1 << 20, at: folder.path) else { return false }
    return unmountDisc(folder.path)
}()

@Suite("Recording on a full disc")
struct FullDiscTests {
    @Test(.enabled(if: canMount, "expected a user that may mount a small disc"))
    func aTrainingGoesOnAndWritesAgain() throws {
        let folder = try StoreFolder()
        #expect(mountDisc(3 << 20, at: folder.path))
        defer {
            unmountDisc(folder.path)
            folder.remove()
        }
        let store = try folder.open()
        let run = try store.createRun(RunDescription(name: "a"))
        let ballast = folder.path + "/ballast"
        try Data(count: (3 << 20) - 700_000).write(to: URL(fileURLWithPath: ballast))
        let lines = RecorderTests.Lines()
        var timing = RecorderTiming()
        timing.retry = 20
        let recorder = RunRecorder(run, in: store, timing: timing, say: lines.say)
        let count = 60_000
        for step in 0..<count {
            recorder.metric("loss", step: step, value: Double(step) + 0.5)
            if step % 1000 == 0 {
                recorder.flush()
                usleep(1000)
            }
        }
        recorder.flush()
        #expect(lines.all.count == 1)
        #expect(lines.all.first?.contains("the run goes on") == true)
        // What was written before can be read on the full disc.
        let before = try store.points("loss", of: run, limit: nil)
        #expect(before.count < count)
        #expect(before.indices.allSatisfy { before[$0].step == $0 })
        try FileManager.default.removeItem(atPath: ballast)
        recorder.finish(state: .finished)
        #expect(lines.all.count == 2)
        let points = try store.points("loss", of: run, limit: nil)
        #expect(points.count == count)
        #expect(points.indices.allSatisfy { points[$0].value == Double($0) + 0.5 })
        #expect(try store.run("a").state == .finished)
        #expect(try StoreCheck(folder.file).integrity() == "ok")
    }

    /// Nobody makes space, and the run is finished all the same: it has kept some for that.
    @Test(.enabled(if: canMount, "expected a user that may mount a small disc"))
    func theEndIsRecordedOnADiscThatStaysFull() throws {
        let folder = try StoreFolder()
        #expect(mountDisc(4 << 20, at: folder.path))
        defer {
            unmountDisc(folder.path)
            folder.remove()
        }
        let store = try folder.open()
        let run = try store.createRun(RunDescription(name: "a"))
        let lines = RecorderTests.Lines()
        var timing = RecorderTiming()
        (timing.retry, timing.patience) = (20, 1000)
        let recorder = RunRecorder(run, in: store, timing: timing, say: lines.say)
        recorder.metric("loss", step: 0, value: 1)
        recorder.flush()
        let ballast = open(folder.path + "/ballast", O_WRONLY | O_CREAT, 0o666)
        let bytes = [UInt8](repeating: 1, count: 4096)
        while write(ballast, bytes, bytes.count) > 0 {}
        close(ballast)
        for step in 1..<50_000 { recorder.metric("loss", step: step, value: 1) }
        recorder.event("last", step: 50_000)
        recorder.flush()
        recorder.finish(state: .finished)
        #expect(lines.all.last?.contains("were not recorded") == true, "\(lines.all)")
        #expect(try store.run("a").state == .finished)
        #expect(try store.events(of: run).map(\.kind) == ["last"])
        #expect(try StoreCheck(folder.file).integrity() == "ok")
    }

    /// Where SQLite has no space to open its files, the reserve gives it some.
    @Test(.enabled(if: canMount, "expected a user that may mount a small disc"))
    func aRunIsDeletedFromADiscWithoutAByteLeft() throws {
        let folder = try StoreFolder()
        #expect(mountDisc(3 << 20, at: folder.path))
        defer {
            unmountDisc(folder.path)
            folder.remove()
        }
        do {
            let store = try folder.open()
            for name in ["a", "b"] {
                let run = try store.createRun(RunDescription(name: name))
                RunRecorder(run, in: store).finish(state: .finished)
            }
        }
        let ballast = open(folder.path + "/ballast", O_WRONLY | O_CREAT, 0o666)
        let byte: [UInt8] = [1]
        while write(ballast, byte, 1) > 0 {}
        close(ballast)
        #expect(throws: (any Error).self) { try folder.open() }
        try Store.freeingReserve(of: folder.store) {
            let store = try folder.open()
            try store.delete(try store.run("a"), files: false)
            #expect(try store.runs().map(\.name) == ["b"])
        }
    }

    @Test(.enabled(if: canMount, "expected a user that may mount a small disc"))
    func aStoreThatCannotBeMadeIsToldInOneLine() throws {
        let folder = try StoreFolder()
        #expect(mountDisc(8192, at: folder.path))
        defer {
            unmountDisc(folder.path)
            folder.remove()
        }
        do throws(KalsaeError) {
            _ = try Store(folder: folder.store)
            Issue.record("expected an error")
        } catch {
            #expect(!error.description.contains("\n"))
        }
    }

    @Test(.enabled(if: canMount, "expected a user that may mount a small disc"))
    func aStoreOnAReadOnlyDiscIsRead() throws {
        let folder = try StoreFolder()
        let disc = folder.path + "/a disc? 100%"
        try FileManager.default.createDirectory(atPath: disc, withIntermediateDirectories: true)
        #expect(mountDisc(1 << 20, at: disc))
        defer {
            unmountDisc(disc)
            folder.remove()
        }
        do {
            let store = try Store(folder: disc + "/runs")
            let run = try store.createRun(RunDescription(name: "a"))
            try store.append([MetricPoint(step: 1, value: 2)], to: "loss", of: run)
        }
        #expect(succeeds("/bin/mount", ["-o", "remount,ro", disc]))
        let store = try Store(folder: disc + "/runs", for: .reading)
        #expect(try store.points("loss", of: try store.run("a")).map(\.value) == [2])
        #expect(throws: KalsaeError.self) { try Store(folder: disc + "/runs") }
    }
}
