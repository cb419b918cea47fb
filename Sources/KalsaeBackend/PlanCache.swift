import KalsaeGraph
import KalsaeSupport
import Synchronization

/// Finds the plan of a graph that was seen before, and compiles it otherwise.
///
/// Bounded: the plan that was not used for the longest time makes room. The newest plan is kept
/// whatever its size: of those that are beyond the bound by themselves there is one, beside the
/// others, so that neither drives the other out at every step.
public final class PlanCache: Sendable {
    /// A graph and its options; hashed once, as a graph may be long.
    private struct Key: Hashable {
        let graph: Graph
        let options: PlanOptions
        private let hash: Int

        init(_ graph: Graph, _ options: PlanOptions) {
            (self.graph, self.options) = (graph, options)
            var hasher = Hasher()
            hasher.combine(graph)
            hasher.combine(options)
            hash = hasher.finalize()
        }

        static func == (left: Key, right: Key) -> Bool {
            left.hash == right.hash && left.options == right.options && left.graph == right.graph
        }

        func hash(into hasher: inout Hasher) { hasher.combine(hash) }
    }

    private struct Entry {
        var plan: any Plan
        var lastUse: Int
    }

    /// What was compiled of one outline.
    private struct Outline {
        var count = 0
        /// The input types of the last plan.
        var inputs: [TensorType] = []
        /// How many plans of all had been found before the first.
        let found: Int
        var isTold = false
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var clock = 0
        /// How often a plan was found.
        var found = 0
        /// Nodes of all graphs that are kept, but for that of `oversized`.
        var nodeCount = 0
        /// The graph that is kept although it has more nodes than all may have together.
        var oversized: Key?
        var outlines: [Int: Outline] = [:]

        /// Adds a plan in place of those that were not used for the longest time.
        mutating func keep(_ key: Key, _ plan: any Plan, _ capacity: Int, _ nodeCapacity: Int) {
            // Another thread may have made the same plan meanwhile.
            remove(key)
            let count = key.graph.nodes.count
            let isOversized = count > nodeCapacity
            if isOversized, let oversized { remove(oversized) }
            while entries.count >= capacity, let oldest = oldest(besides: nil) { remove(oldest) }
            while !isOversized, nodeCount + count > nodeCapacity,
                let oldest = oldest(besides: oversized)
            {
                remove(oldest)
            }
            entries[key] = Entry(plan: plan, lastUse: clock)
            if isOversized { oversized = key } else { nodeCount += count }
        }

        private func oldest(besides kept: Key?) -> Key? {
            entries.lazy.filter { $0.key != kept }
                .min { $0.value.lastUse < $1.value.lastUse }?.key
        }

        private mutating func remove(_ key: Key) {
            guard entries.removeValue(forKey: key) != nil else { return }
            if key == oversized { oversized = nil } else { nodeCount -= key.graph.nodes.count }
        }
    }

    /// The number of plans of one outline from which on that is said, once.
    static let suspiciousCount = 16
    /// How many plans are found meanwhile for each of them where nothing is said: a search that trains
    /// networks of many sizes compiles once for many steps.
    static let usefulCount = 10

    private let state = Mutex(State())
    /// In what numbers its plans compute products.
    package let precision: Precision
    private let capacity: Int
    private let nodeCapacity: Int

    /// The backend whose plans these are.
    public let backend: any Backend

    /// Makes an empty cache of at most `capacity` plans, whose graphs have at most `nodeCapacity`
    /// nodes together; of longer graphs the newest is kept besides.
    public init(
        backend: any Backend, precision: Precision = .float32, capacity: Int = 512,
        nodeCapacity: Int = 1 << 20
    ) {
        self.backend = backend
        self.precision = precision
        self.capacity = max(capacity, 1)
        self.nodeCapacity = nodeCapacity
    }

    /// The plan of a graph, from the cache or compiled now.
    public func plan(
        for graph: Graph, options: PlanOptions = PlanOptions()
    ) throws(KalsaeError) -> any Plan {
        var options = options
        options.precision = precision
        let key = Key(graph, options)
        let found = state.withLock { state -> (any Plan)? in
            state.clock += 1
            guard let slot = state.entries.index(forKey: key) else { return nil }
            state.entries.values[slot].lastUse = state.clock
            state.found += 1
            return state.entries.values[slot].plan
        }
        if let found { return found }
        let plan = try backend.compile(graph, options: options)
        Counters.record { $0.plansCompiled += 1 }
        tell(plan, graph)
        let outline = graph.outline
        let storm = state.withLock { state -> String? in
            state.keep(key, plan, capacity, nodeCapacity)
            var known = state.outlines[outline] ?? Outline(found: state.found)
            let before = known.inputs
            known.count += 1
            known.inputs = graph.inputs
            defer { state.outlines[outline] = known }
            guard known.count >= Self.suspiciousCount, known.count.nonzeroBitCount == 1,
                !known.isTold
            else { return nil }
            let found = state.found - known.found
            guard found < known.count * Self.usefulCount else { return nil }
            known.isTold = true
            return Self.stormText(known.count, graph, before)
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
