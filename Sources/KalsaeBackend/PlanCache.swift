import KalsaeGraph
import KalsaeSupport
import Synchronization

/// Finds the plan of a graph that was seen before, and compiles it otherwise.
///
/// Bounded: the plan that was not used for the longest time makes room.
public final class PlanCache: Sendable {
    private struct Key: Hashable {
        var graph: Graph
        var options: PlanOptions
    }

    private struct Entry {
        var plan: any Plan
        var lastUse: Int
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var clock = 0
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// The backend whose plans these are.
    public let backend: any Backend

    /// Makes an empty cache of at most `capacity` plans.
    public init(backend: any Backend, capacity: Int = 512) {
        self.backend = backend
        self.capacity = max(capacity, 1)
    }

    /// The plan of a graph, from the cache or compiled now.
    public func plan(
        for graph: Graph, options: PlanOptions = PlanOptions()
    ) throws(KalsaeError) -> any Plan {
        let key = Key(graph: graph, options: options)
        let found = state.withLock { state -> (any Plan)? in
            state.clock += 1
            state.entries[key]?.lastUse = state.clock
            return state.entries[key]?.plan
        }
        if let found { return found }
        let plan = try backend.compile(graph, options: options)
        Counters.record { $0.plansCompiled += 1 }
        tell(plan, graph)
        state.withLock { state in
            if state.entries.count >= capacity,
                let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.entries[oldest.key] = nil
            }
            state.entries[key] = Entry(plan: plan, lastUse: state.clock)
        }
        return plan
    }

    /// Tells what was compiled, as the debug flag asks for.
    private func tell(_ plan: any Plan, _ graph: Graph) {
        let level = EnvironmentFlag.debug.integer
        guard level >= 1 else { return }
        Notice.say(
            "\(backend.name) plan: \(graph.nodes.count) nodes, \(plan.graph.nodes.count) after "
                + "passes, \(plan.instructions.count) instructions, \(plan.arenaByteCount) bytes")
        guard level >= 3 else { return }
        for line in plan.graph.description.split(separator: "\n") { Notice.say("  \(line)") }
        for instruction in plan.instructions { Notice.say("  \(instruction.name)") }
    }

    /// How many plans are kept.
    public var count: Int { state.withLock { $0.entries.count } }
}
