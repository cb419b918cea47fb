import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// A step's graph before any pass, with names and with the data that it starts from: what computes it
/// again, operation by operation.
package struct StepGraph: Sendable {
    package var graph: Graph
    /// The name of each input: a tensor of the state, or `input 1`, `constant 1`.
    package var inputNames: [String]
    /// The name of each output: a tensor of the state that the step changes, or `result 1`.
    package var outputNames: [String]
    /// What is known of each node.
    package var origins: [TraceNotes.Origin]
    /// What each input is.
    package var inputs: [Buffer]

    package init(
        graph: Graph, inputNames: [String], outputNames: [String], origins: [TraceNotes.Origin],
        inputs: [Buffer]
    ) {
        (self.graph, self.inputNames, self.outputNames) = (graph, inputNames, outputNames)
        (self.origins, self.inputs) = (origins, inputs)
    }

    /// Throws where the parts do not belong together, as those of a damaged file.
    package func check(_ subject: String) throws(KalsaeError) {
        try graph.verify()
        guard inputs.count == graph.inputs.count, inputNames.count == inputs.count,
            outputNames.count == graph.outputs.count, origins.count == graph.nodes.count,
            zip(inputs, graph.inputs).allSatisfy({ $0.byteCount >= $1.byteCount })
        else {
            throw KalsaeError(
                subject, expected: "data for each of \(graph.inputs.count) inputs of a step",
                got: "\(inputs.count) of other sizes")
        }
    }
}
