import Glibc
import KalsaeBackend
import KalsaeGraph
import KalsaeReference
import KalsaeSupport

/// One graph that a backend is compared with the reference on, and the numbers that go in.
public struct BackendCase: Sendable, CustomStringConvertible {
    /// What is tried, as in `exp float32[17] of wide`.
    public var description: String
    /// The graph.
    public var graph: Graph
    /// Where the numbers of each input come from.
    public var domains: [Domain]
    /// What the plan may assume.
    public var options: PlanOptions
    /// How much larger than usual the rounding error may be, as for long sums.
    public var errorFactor: Double
    /// The same for single outputs that are not sums of as many terms, by position.
    var outputFactors: [Int: Double] = [:]
    /// What a device makes of the numbers of operands, so that the reference is given the same.
    var operandRounding: (@Sendable (Float) -> Float)?
    /// What a device may change of each result beside rounding sums, of the inputs; nil for nothing.
    var allowance: (@Sendable ([Value]) -> [Double])?
    /// Why the graph could not be built, where it could not: then the case fails.
    private var fault: KalsaeError?

    /// Makes a case.
    public init(
        _ description: String, _ graph: Graph, _ domains: [Domain],
        options: PlanOptions = PlanOptions(), errorFactor: Double = 1
    ) {
        self.description = description
        self.graph = graph
        self.domains = domains
        self.options = options
        self.errorFactor = errorFactor
    }

    /// A case whose graph a function builds.
    init(_ description: String, building build: () throws(KalsaeError) -> BackendCase) {
        do {
            self = try build()
        } catch {
            self.init(description, Graph(), [])
            fault = error
        }
    }

    /// A case of one primitive, or nil where its rules do not accept the types.
    static func single(
        _ primitive: Primitive, _ types: [TensorType], _ domains: [Domain],
        errorFactor: Double = 1
    ) -> BackendCase? {
        var graph = Graph()
        let inputs = types.map { graph.addInput($0) }
        guard let result = try? graph.add(primitive, inputs) else { return nil }
        graph.outputs = [result]
        let operands = zip(types, domains).map { "\($0) of \($1)" }.joined(separator: ", ")
        let shown = graph.description.split(separator: "\n").dropFirst(types.count).first ?? ""
        return BackendCase(
            "\(shown) on \(operands)", graph, domains, errorFactor: errorFactor)
    }

    /// All cases: each primitive with every type that its rules accept, then mixed graphs.
    public static var all: [BackendCase] { families.flatMap(\.cases) }

    /// The same by family.
    public static var families: [(name: String, cases: [BackendCase])] {
        [
            ("element-wise", elementwise), ("casts", casts), ("movement", movement),
            ("indexing", indexing), ("reductions", reductions), ("orderings", orderings),
            ("products", products), ("convolutions", convolutions), ("pools", pools),
            ("attention", attentions), ("large attention", largeAttentions),
            ("generators", generators), ("mixed graphs", mixed), ("networks", networks),
            ("large", large), ("large products", largeProducts), ("tiles", tiles),
            ("attention tiles", attentionTiles),
            ("precisions", precisions),
        ]
    }
}

extension BackendCase {
    /// What a backend gets wrong about the case in one line, or nil.
    ///
    /// The plan runs twice: the second run must give the same bits, and inputs that are not given
    /// up must still be what they were.
    public func mismatch(_ backend: any Backend) -> String? {
        do {
            return try compare(backend).map { "\(description): \($0)" }
        } catch {
            return "\(description): threw \(error)"
        }
    }

    private func compare(_ backend: any Backend) throws(KalsaeError) -> String? {
        if let fault { throw fault }
        let arguments = arguments
        let expected = try ReferenceBackend.values(
            of: graph.withProducts(in: options.precision),
            inputs: arguments.map { rounded($0) })
        let plan = try backend.compile(graph, options: options)
        let first = try run(plan, arguments, on: backend)
        for (position, output) in graph.outputTypes.enumerated() {
            let got = try Value(output, reading: first[position])
            // Rounded once to the type, as a buffer would hold it.
            let nearest = try Value(output, reading: try expected[position].buffer())
            let tolerance = Tolerance.standard(for: output.dtype).scaled(
                by: outputFactors[position] ?? errorFactor)
            let allowed = allowance?(arguments.map { rounded($0) })
            if let text = Closeness.mismatch(
                got, nearest, tolerance: tolerance, allowing: allowed)
            {
                return graph.outputs.count == 1 ? text : "output \(position): \(text)"
            }
        }
        let second = try run(plan, arguments, on: backend)
        for (position, output) in graph.outputTypes.enumerated()
        where try !sameBytes(first[position], second[position], output.byteCount) {
            return "expected the same bits in a second run, output \(position) differs"
        }
        return nil
    }

    /// Where two backends, or two settings of one, give other bits, in one line, or nil.
    public func bitMismatch(_ left: any Backend, _ right: any Backend) -> String? {
        do {
            let arguments = arguments
            let first = try run(try left.compile(graph, options: options), arguments, on: left)
            let second = try run(
                try right.compile(graph, options: options), arguments, on: right)
            for (position, type) in graph.outputTypes.enumerated()
            where try !sameBytes(first[position], second[position], type.byteCount) {
                return "\(description): output \(position) has other bits"
            }
            return nil
        } catch {
            return "\(description): threw \(error)"
        }
    }

    private func rounded(_ argument: Value) -> Value {
        guard let operandRounding else { return argument }
        return Value(
            argument.type, argument.numbers.doubles.map { Double(operandRounding(Float($0))) })
    }

    private var arguments: [Value] {
        var generator = SampleGenerator(seed: UInt64(graph.nodes.count) &* 31 &+ 7)
        var arguments: [Value] = []
        for (type, domain) in zip(graph.inputs, domains) {
            arguments.append(domain.value(type, &generator))
        }
        return arguments
    }

    private func run(
        _ plan: any Plan, _ arguments: [Value], on backend: any Backend
    ) throws(KalsaeError) -> [Buffer] {
        var inputs: [Buffer] = []
        for (position, argument) in arguments.enumerated() {
            let buffer = try argument.buffer()
            // Others may lie on the host.
            let isDonated = options.donations.contains(position)
            inputs.append(isDonated ? try backend.resident(buffer) : buffer)
        }
        var outputs: [Buffer] = []
        for (position, type) in graph.outputTypes.enumerated() {
            let donated =
                options.donations.indices.contains(position)
                ? options.donations[position] : nil
            if let donated {
                outputs.append(inputs[donated])
            } else {
                outputs.append(try backend.makeBuffer(byteCount: type.byteCount))
            }
        }
        try plan.run(inputs: inputs, outputs: outputs)
        for (position, argument) in arguments.enumerated()
        where !options.donations.contains(position) {
            let before = try argument.buffer()
            guard try sameBytes(before, inputs[position], argument.type.byteCount) else {
                throw KalsaeError(
                    "input \(position)", expected: "to be left as it was", got: "other bytes")
            }
        }
        return outputs
    }

    private func sameBytes(_ left: Buffer, _ right: Buffer, _ count: Int) throws(KalsaeError)
        -> Bool
    {
        try left.withHostBytes { one throws(KalsaeError) in
            try right.withHostBytes { other throws(KalsaeError) in
                one.prefix(count).elementsEqual(other.prefix(count))
            }
        }
    }
}
