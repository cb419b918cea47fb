import Synchronization

/// Where the nodes of a trace come from: which layer, and forward or backward. Noted only while
/// somebody records, so that other traces pay one relaxed load for each node.
package final class TraceNotes: Sendable {
    /// What is known of a node.
    package struct Origin: Codable, Equatable, Sendable {
        /// The path of the layer, `loss` or `optimizer`; empty where it is not known.
        package var layer = ""
        /// Whether it belongs to a gradient.
        package var isGradient = false
        /// The caller outside of Kalsae; nil where there is none.
        package var site: String?
    }

    private struct State {
        var origins: [ObjectIdentifier: Origin] = [:]
        /// Keeps the nodes, so that no other one gets their identity.
        var nodes: [TensorNode] = []
        var path: [String] = []
        /// The node whose gradient is made.
        var differentiated: Origin?
    }

    private let state = Mutex(State())

    @TaskLocal private static var scoped: TraceNotes?
    private static let recording = Atomic<Int>(0)

    package init() {}

    /// Whether anybody records, on any thread.
    static var isRecording: Bool { recording.load(ordering: .relaxed) > 0 }

    /// Runs `body`, whose nodes are noted.
    package func record<Result>(_ body: () throws -> Result) rethrows -> Result {
        Self.recording.add(1, ordering: .relaxed)
        defer { Self.recording.subtract(1, ordering: .relaxed) }
        return try Self.$scoped.withValue(self) { try body() }
    }

    /// Runs `body` as part of a layer, or of what else has a name.
    package static func within<Result>(
        _ name: String, _ body: () throws -> Result
    ) rethrows -> Result {
        guard isRecording, let notes = scoped else { return try body() }
        notes.state.withLock { $0.path.append(name) }
        defer { notes.state.withLock { _ = $0.path.popLast() } }
        return try body()
    }

    /// Runs `body`, which makes the gradient of a node.
    static func behind<Result>(_ node: TensorNode, _ body: () throws -> Result) rethrows -> Result {
        guard isRecording, let notes = scoped else { return try body() }
        notes.state.withLock { $0.differentiated = $0.origins[ObjectIdentifier(node)] ?? Origin() }
        defer { notes.state.withLock { $0.differentiated = nil } }
        return try body()
    }

    /// Notes a node of the task that records.
    static func note(_ node: TensorNode, _ operands: [TensorNode]) {
        guard let notes = scoped else { return }
        let site = notes.state.withLock { $0.differentiated == nil } ? CallSite.ofCaller() : nil
        notes.state.withLock { state in
            var origin = Origin()
            let known = operands.compactMap { state.origins[ObjectIdentifier($0)] }
            if var behind = state.differentiated {
                behind.isGradient = true
                origin = behind
            } else if !state.path.isEmpty {
                origin.layer = state.path.joined(separator: ".")
            } else if let label = operands.lazy.compactMap(\.label).first {
                // A model of one's own: its layers are known by their parameters.
                origin.layer = label.split(separator: ".").dropLast().joined(separator: ".")
            } else if let first = known.first {
                origin = first
            }
            origin.site = site.map(\.description) ?? origin.site
            state.origins[ObjectIdentifier(node)] = origin
            state.nodes.append(node)
        }
    }

    /// Notes for a node that stands for another one, as for all members at once, where that is from.
    static func carry(from other: TensorNode, to node: TensorNode) {
        guard let notes = scoped else { return }
        notes.state.withLock { state in
            let known = state.origins[ObjectIdentifier(other)]
            state.origins[ObjectIdentifier(node)] = known ?? state.origins[ObjectIdentifier(node)]
        }
    }

    /// What is known of a node.
    func origin(of node: ObjectIdentifier) -> Origin? { state.withLock { $0.origins[node] } }
}
