import Dispatch
import KalsaeDistributed
import KalsaeSearch
import KalsaeSupport
import Synchronization

/// Rank 0 of a search: it answers the other ranks and tells of all trials, and trains trials as they do.
struct StudyOwner {
    private let server: MessageServer
    private let open: OpenStudy
    private let size: Int

    /// Tells the others which study it is.
    init(_ group: any ProcessGroup, _ open: OpenStudy) throws(KalsaeError) {
        (self.open, size) = (open, group.size)
        server = MessageServer(open.studies, for: group)
        server.start()
        _ = try group.broadcast(Array(open.study.name.utf8), doing: "the study")
    }

    /// Trains trials until the study is at its end, and all ranks have left it.
    func run(_ loop: SearchLoop, _ training: TrialTraining) async throws {
        // The launcher may end this process a second behind a signal.
        StopLine.set("\(open.study.name): what ended is kept; \(open.resumeText)")
        let ticker = ProgressTicker(open, workers: size)
        defer { ticker.stop() }
        // Where this one fails, the others may leave all the same.
        defer { server.close() }
        try await loop.run(training) { if server.isOver { try server.finish() } }
        server.close()
        while !server.isOver { try await Task.sleep(for: .milliseconds(20)) }
        try server.finish()
    }
}

/// Tells five times a second how a search goes, whatever this process does meanwhile.
private final class ProgressTicker: Sendable {
    private let end = DispatchSemaphore(value: 0)
    private let hasEnded = DispatchSemaphore(value: 0)

    init(_ open: OpenStudy, workers: Int) {
        let (study, plan) = (open.study, open.plan)
        let (end, hasEnded) = (end, hasEnded)
        DispatchQueue(label: "kalsae.search.progress").async {
            let progress = SearchProgress(study, plan, workers: workers)
            while end.wait(timeout: .now() + 0.2) == .timedOut { try? progress.update() }
            try? progress.update()
            progress.end()
            hasEnded.signal()
        }
    }

    /// Tells the last of it.
    func stop() {
        end.signal()
        hasEnded.wait()
    }
}
