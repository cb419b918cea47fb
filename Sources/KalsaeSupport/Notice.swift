import Glibc
import Synchronization

/// Tells the user something on standard error: a fallback, a skipped column, a step compiled again.
public enum Notice {
    @TaskLocal private static var collector: Collector?

    private final class Collector: Sendable {
        let lines = Mutex<[String]>([])
        let subjects = Mutex<Set<String>>([])
    }

    /// What was said once, by nobody's collector.
    private static let subjects = Mutex<Set<String>>([])

    private static let isSilent = Atomic(false)

    /// Says nothing from now on, as ranks above 0 do, whose notices rank 0 says too.
    public static func silence() { isSilent.store(true, ordering: .relaxed) }

    /// Writes one line, with `kalsae: ` in front and control characters as escapes, to standard
    /// error.
    public static func say(_ line: String) {
        let line = line.printable
        if let collector {
            collector.lines.withLock { $0.append(line) }
            return
        }
        guard !isSilent.load(ordering: .relaxed) else { return }
        let text = "kalsae: \(line)\n"
        _ = text.withCString { write(2, $0, strlen($0)) }
    }

    /// The same, but only the first time for a subject; in a scope that collects, its first time.
    public static func sayOnce(_ subject: String, _ line: String) {
        let isFirst =
            collector?.subjects.withLock { $0.insert(subject).inserted }
            ?? subjects.withLock { $0.insert(subject).inserted }
        if isFirst { say(line) }
    }

    /// What says on any thread what `body` says, where notices of the caller go.
    package static func bound(
        _ body: @escaping @Sendable () -> Void
    ) -> @Sendable () -> Void {
        let collector = collector
        return { $collector.withValue(collector) { body() } }
    }

    /// Runs `body` and returns what it would have said.
    public static func collect<Result>(
        _ body: () throws -> Result
    ) rethrows -> (result: Result, lines: [String]) {
        let collector = Collector()
        let result = try $collector.withValue(collector) { try body() }
        return (result, collector.lines.withLock { $0 })
    }

    /// Runs `body` and returns what it would have said, on actors that it calls too.
    public static func collect<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
    ) async rethrows -> (result: Result, lines: [String]) {
        let collector = Collector()
        let result = try await $collector.withValue(
            collector, operation: { try await body() }, isolation: isolation)
        return (result, collector.lines.withLock { $0 })
    }
}
