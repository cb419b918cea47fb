import Synchronization

/// The graphs that the passes make of each other, collected for the scope that asks.
public enum GraphStages {
    /// A graph with the name of the pass that made it; `traced` before the first.
    public struct Stage: Sendable {
        /// The pass, as the flag `KALSAE_PASSES` names it.
        public var name: String
        /// The graph after it.
        public var graph: Graph
    }

    private final class Collector: Sendable {
        let stages = Mutex<[Stage]>([])
    }

    @TaskLocal private static var collector: Collector?

    static func record(_ name: String, _ graph: Graph) {
        guard let collector else { return }
        collector.stages.withLock { $0.append(Stage(name: name, graph: graph)) }
    }

    /// Runs `body` and returns the graphs of what it compiled, before and after each pass.
    public static func collect<Result>(
        _ body: () throws -> Result
    ) rethrows -> (result: Result, stages: [Stage]) {
        let collector = Collector()
        let result = try $collector.withValue(collector) { try body() }
        return (result, collector.stages.withLock { $0 })
    }
}
