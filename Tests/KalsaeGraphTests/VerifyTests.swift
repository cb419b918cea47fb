import KalsaeGraph
import KalsaeSupport
import Testing

/// The verifier accepts what the builder makes and rejects each planted fault.
@Suite struct VerifyTests {
    /// `%2 = %0 + %1`, `%3 = relu-like max(%2, 0)`, asked for `%3`.
    private func makeGraph() throws -> Graph {
        var graph = Graph()
        let left = graph.addInput(TensorType(.float32, [2, 3]))
        let right = graph.addInput(TensorType(.float32, [2, 3]))
        let sum = try graph.add(.binary(.add), [left, right])
        let result = try graph.add(.unary(.exp), [sum])
        graph.outputs = [result]
        return graph
    }

    private func fault(_ plant: (inout Graph) -> Void) throws -> String {
        var graph = try makeGraph()
        try graph.verify()
        plant(&graph)
        let error = #expect(throws: KalsaeError.self) { try graph.verify() }
        return error?.description ?? ""
    }

    @Test func acceptsAnEmptyGraph() throws {
        try Graph().verify()
    }

    @Test func rejectsOperandsThatComeLater() throws {
        let message = try fault { $0.nodes[2].operands = [0, 3] }
        #expect(message == "graph node %2 (add): expected operands before the node, got %3")
    }

    @Test func rejectsANodeThatReadsItself() throws {
        #expect(try fault { $0.nodes[3].operands = [3] }.contains("got %3"))
    }

    @Test func rejectsOperandsThatDoNotExist() throws {
        #expect(try fault { $0.nodes[3].operands = [-1] }.contains("got %-1"))
        #expect(try fault { $0.nodes[3].operands = [17] }.contains("got %17"))
    }

    @Test func rejectsAWrongType() throws {
        let message = try fault { $0.nodes[3].type.shape = [3, 2] }
        #expect(message.hasSuffix("expected type float32[2, 3], got float32[3, 2]"))
    }

    @Test func rejectsAnInputOfAnotherType() throws {
        #expect(try fault { $0.inputs[0].dtype = .int32 }.contains("expected type int32[2, 3]"))
    }

    @Test func rejectsAnInputThatIsMissing() throws {
        #expect(try fault { $0.inputs.removeLast() }.contains("each of 1 inputs, got input 1"))
        #expect(try fault { $0.nodes[1].primitive = .input(-1) }.contains("got input -1"))
    }

    @Test func rejectsAnInputThatStandsTwice() throws {
        #expect(try fault { $0.nodes[1].primitive = .input(0) }.contains("got input 0"))
    }

    @Test func rejectsAnInputWithOperands() throws {
        #expect(try fault { $0.nodes[1].operands = [0] }.contains("got input 1"))
    }

    @Test func rejectsAnInputOfAnImpossibleShape() throws {
        let message = try fault {
            $0.inputs[0].shape = [-1, 3]
            $0.nodes[0].type.shape = [-1, 3]
        }
        #expect(message.contains("%0"))
        #expect(message.contains("[-1, 3]"))
    }

    @Test func rejectsOperandsThatBreakARule() throws {
        let message = try fault { $0.nodes[3].primitive = .transpose([0]) }
        #expect(message.hasPrefix("transpose: expected each axis of [2, 3] once"))
    }

    @Test func rejectsAWrongNumberOfOperands() throws {
        #expect(try fault { $0.nodes[2].operands = [0] }.contains("2 operands, got 1"))
    }

    @Test func rejectsOutputsOutOfRange() throws {
        #expect(
            try fault { $0.outputs = [4] } == "graph output: expected a node of the graph, got %4")
        #expect(try fault { $0.outputs = [-1] }.contains("got %-1"))
    }

    @Test func equalGraphsAreEqualValues() throws {
        var other = try makeGraph()
        #expect(try makeGraph() == other)
        other.outputs = [2]
        #expect(try makeGraph() != other)
    }
}
