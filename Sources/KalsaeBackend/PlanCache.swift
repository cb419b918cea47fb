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
        /// By outline: how many plans were compiled, and the input types of the last.
        var outlines: [Int: (count: Int, inputs: [TensorType])] = [:]
    }

    /// The number of plans of one outline at which that is said, once.
    static let suspiciousCount = 16

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
        let storm = state.withLock { state -> String? in
            if state.entries.count >= capacity,
                let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.entries[oldest.key] = nil
            }
            state.entries[key] = Entry(plan: plan, lastUse: state.clock)
            let last = state.outlines[graph.outline]
            let count = (last?.count ?? 0) + 1
            state.outlines[graph.outline] = (count, graph.inputs)
            guard count == Self.suspiciousCount, let last else { return nil }
            return Self.stormText(count, graph, last.inputs)
        }
        if let storm { Notice.say(storm) }
        return plan
    }

    /// What to say of a computation that is compiled again and again.
    private static func stormText(
        _ count: Int, _ graph: Graph, _ before: [TensorType]
    ) -> String {
        let changed = zip(before, graph.inputs).first { $0 != $1 }
        let reason =
            changed.map { "an input changed from \($0.0) to \($0.1)" }
            ?? "a number in it changes; make it data with Tensor(number)"
        return "the same computation was compiled \(count) times: \(reason)"
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

extension Graph {
    /// A hash of what is done with what, whatever the shapes and numbers are.
    fileprivate var outline: Int {
        var hasher = Hasher()
        for node in nodes {
            hasher.combine(node.primitive.name)
            hasher.combine(node.operands)
        }
        hasher.combine(outputs)
        return hasher.finalize()
    }
}
