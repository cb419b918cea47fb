import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// The graph of what some tensors still need, with the data that it starts from.
struct GatheredGraph {
    var graph = Graph()
    /// The node of each graph input, in order.
    var leaves: [TensorNode] = []
    /// A parameter of a layer that was met and is no placeholder, if there was one.
    private(set) var strayParameter: TensorNode?
    /// The names of embedding tables, for messages.
    private(set) var tableNames = EmbeddingTableNames()
    private var positions: [ObjectIdentifier: Int] = [:]
    /// The inputs by their buffers: a model's tensor and the variable of a gradient are two nodes
    /// of one value, which a plan should read once.
    private var inputsOfBuffers: [ObjectIdentifier: Int] = [:]

    /// Gathers the graph whose outputs are `targets`; `placeholders` become its first inputs.
    init(of targets: [TensorNode], placeholders: [TensorNode] = []) throws(KalsaeError) {
        for placeholder in placeholders { addLeaf(placeholder) }
        for target in targets {
            try add(target)
            if let position = positions[ObjectIdentifier(target)] {
                graph.outputs.append(position)
            }
        }
    }

    /// What notes say of each node of the graph.
    func origins(_ notes: TraceNotes) -> [TraceNotes.Origin] {
        var origins = [TraceNotes.Origin](repeating: .init(), count: graph.nodes.count)
        for (identity, position) in positions {
            if let origin = notes.origin(of: identity) { origins[position] = origin }
        }
        return origins
    }

    /// What to throw where a layer's parameter is not part of the state: it would never be trained.
    var strayParameterError: KalsaeError? {
        strayParameter.map { .unlistedParameter($0.type) }
    }

    private mutating func addLeaf(_ node: TensorNode) {
        positions[ObjectIdentifier(node)] = graph.addInput(node.type)
        leaves.append(node)
    }

    private mutating func addLeaf(_ node: TensorNode, of buffer: Buffer) {
        let known = inputsOfBuffers[ObjectIdentifier(buffer)]
        if let known, graph.nodes[known].type == node.type {
            positions[ObjectIdentifier(node)] = known
        } else {
            addLeaf(node)
            inputsOfBuffers[ObjectIdentifier(buffer)] = positions[ObjectIdentifier(node)]
        }
    }

    /// Adds a node and what it needs, operands first, without recursion: chains may be long.
    private mutating func add(_ target: TensorNode) throws(KalsaeError) {
        var stack = [target]
        while let node = stack.last {
            let identity = ObjectIdentifier(node)
            if positions[identity] != nil {
                stack.removeLast()
                continue
            }
            if node.isParameter { strayParameter = node }
            let content = node.snapshot
            if let buffer = content.buffer {
                addLeaf(node, of: buffer)
                stack.removeLast()
                continue
            }
            guard let source = content.source else {
                throw KalsaeError(
                    "evaluate", expected: "a tensor whose value is known",
                    got: "an input of a step that is being traced",
                    advice: "return it from the step and read it there")
            }
            let missing = source.operands.filter { positions[ObjectIdentifier($0)] == nil }
            if missing.isEmpty {
                let operands = source.operands.compactMap { positions[ObjectIdentifier($0)] }
                graph.nodes.append(Node(source.primitive, operands, node.type))
                tableNames.note(source.primitive, source.operands)
                positions[identity] = graph.nodes.count - 1
                stack.removeLast()
            } else {
                stack.append(contentsOf: missing)
            }
        }
    }
}

extension Tensor {
    /// Computes this tensor now, and keeps its value.
    ///
    /// - Throws: the ``TensorFault`` that it carries, or a `KalsaeError` of the data.
    @discardableResult
    public func evaluate() throws -> Tensor {
        try Tensor.evaluate([self])
        return self
    }

    /// Computes several tensors in one plan: what they share is computed once.
    public static func evaluate(_ tensors: [Tensor]) throws {
        for tensor in tensors { if let fault = tensor.fault { throw fault } }
        var seen = Set<ObjectIdentifier>()
        let targets = tensors.map(\.node).filter {
            $0.buffer == nil && seen.insert(ObjectIdentifier($0)).inserted
        }
        guard !targets.isEmpty else { return }
        let gathered = try GatheredGraph(of: targets)
        try GraphLimits.check(gathered.graph.nodes.count)
        let device = Device.current
        let plan = try device.plans.plan(for: gathered.graph)
        var outputs: [Buffer] = []
        for target in targets {
            outputs.append(try device.plans.backend.makeBuffer(byteCount: target.type.byteCount))
        }
        do throws(KalsaeError) {
            try plan.run(inputs: gathered.leaves.compactMap(\.buffer), outputs: outputs)
        } catch { throw gathered.tableNames.naming(error) }
        for (target, output) in zip(targets, outputs) { target.fulfill(output) }
    }

    /// The graph that computing this tensor would run, before any pass, for reading.
    public func graph() throws -> Graph {
        if let fault { throw fault }
        return try GatheredGraph(of: [node]).graph
    }
}
