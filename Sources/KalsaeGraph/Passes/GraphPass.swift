import KalsaeSupport

/// A rewriting of graphs that keeps every output's value: what all backends share.
public enum GraphPass: String, CaseIterable, Sendable {
    /// Drops nodes that no output needs.
    case deadCodeElimination = "dce"
    /// Removes operations that change nothing, and replaces some by cheaper ones.
    case simplify
    /// Computes equal nodes once.
    case commonSubexpressionElimination = "cse"
    /// Takes maxima over windows before biases and ReLUs.
    case sinkMaxPool = "sinkpool"

    /// The graph after this pass.
    public func applied(to graph: Graph) -> Graph {
        switch self {
        case .deadCodeElimination: DeadCodeElimination.apply(graph)
        case .simplify: Simplify.apply(graph)
        case .commonSubexpressionElimination: CommonSubexpressionElimination.apply(graph)
        case .sinkMaxPool: SinkMaxPool.apply(graph)
        }
    }

    /// The passes in the order in which they run; merging shows what else can be simplified.
    static let order: [GraphPass] = [
        .deadCodeElimination, .simplify, .commonSubexpressionElimination, .deadCodeElimination,
        .sinkMaxPool, .simplify, .commonSubexpressionElimination,
        .deadCodeElimination,
    ]

    /// The passes that the flag `KALSAE_PASSES` asks for.
    static var enabled: [GraphPass] {
        order.filter { EnvironmentFlag.isPassEnabled($0.rawValue) }
    }
}

extension Graph {
    /// The graph with the products of `float32` in other numbers.
    package func withProducts(in precision: Precision) -> Graph {
        precision.operandType.map { MixedPrecision.apply(self, $0) } ?? self
    }

    /// The graph after the passes that are in force; verified after each if `KALSAE_VERIFY` is 1.
    ///
    /// - Parameter precision: in what numbers products are computed.
    public func optimized(
        precision: Precision = .float32
    ) throws(KalsaeError) -> Graph {
        let verifying = EnvironmentFlag.verify.integer != 0
        var graph = self
        GraphStages.record("traced", graph)
        for pass in GraphPass.enabled {
            graph = pass.applied(to: graph)
            GraphStages.record(pass.rawValue, graph)
            if verifying { try graph.verify() }
        }
        if precision.operandType != nil {
            graph = graph.withProducts(in: precision)
            GraphStages.record(precision.rawValue, graph)
            if verifying { try graph.verify() }
        }
        return graph
    }
}
