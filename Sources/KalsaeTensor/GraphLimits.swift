import KalsaeSupport

/// What is said of long graphs: they work, but cost memory that reading values in between saves.
enum GraphLimits {
    /// Longer graphs are mentioned, once.
    static let mentionedCount = 100_000

    /// Bytes that tracing and planning take for a node, about.
    static let bytesPerNode = 3000

    /// Nodes of which the graphs fit into this machine's memory.
    static var mostNodes: Int { max(Memory.limit / bytesPerNode, mentionedCount) }

    /// Says or refuses what is too long.
    static func check(_ count: Int, most: Int = mostNodes) throws(KalsaeError) {
        guard count > mentionedCount else { return }
        guard count <= most else {
            throw KalsaeError(
                "evaluate", expected: "a graph of at most \(most) nodes, which fits into memory",
                got: "\(count)", advice: "call evaluate() on what is carried from step to step")
        }
        Notice.sayOnce(
            "graph",
            "a graph of \(count) nodes is computed at once; evaluate() in between, on what "
                + "is carried from step to step, saves memory and planning")
    }
}
