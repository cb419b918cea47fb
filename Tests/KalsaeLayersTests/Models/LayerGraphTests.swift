import FoundationEssentials
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

@Suite struct LayerGraphTests {
    /// The lecture's network of two inputs.
    private let spec = LayerGraph.Spec(
        inputs: [.init("a", [64]), .init("b", [128])],
        nodes: [
            .layer("left", .dense(units: 16, activation: .relu), .dense(units: 8), of: "a"),
            .layer(
                "right", .dense(units: 64, activation: .relu), .dense(units: 32), .dense(units: 8),
                of: "b"),
            .merge("both", .concatenate, of: ["left", "right"]),
            .layer("hidden", .dense(units: 2, activation: .relu), of: "both"),
            .layer("result", .dense(units: 1), of: "hidden"),
        ], outputs: ["result", "both"])

    @Test func twoInputsTwoOutputs() throws {
        let graph = try LayerGraph(spec)
        let outputs = graph([.ones([3, 64]), .ones([3, 128])])
        #expect(outputs.map(\.shape) == [[3, 1], [3, 16]])
        #expect(graph.outputShapes == [[1], [16]])
        let left = 64 * 16 + 16 + 16 * 8 + 8
        let right = 128 * 64 + 64 + 64 * 32 + 32 + 32 * 8 + 8
        #expect(graph.parameterCount == left + right + 16 * 2 + 2 + 3)
        #expect(graph.tensors.first?.path.name == "left.dense1.weight")
        #expect(try outputs[0].values().allSatisfy(\.isFinite))
    }

    @Test func theSpecificationComesBackFromJSON() throws {
        let data = try JSONEncoder().encode(spec)
        #expect(try JSONDecoder().decode(LayerGraph.Spec.self, from: data) == spec)
    }

    @Test func mergings() {
        let (x, y) = (
            Tensor([1, 5] as [Float], shape: [1, 2]), Tensor([3, 2] as [Float], shape: [1, 2])
        )
        expectClose(Merge.add([x, y]), [4, 7], shape: [1, 2])
        expectClose(Merge.multiply([x, y]), [3, 10], shape: [1, 2])
        expectClose(Merge.average([x, y]), [2, 3.5], shape: [1, 2])
        expectClose(Merge.maximum([x, y]), [3, 5], shape: [1, 2])
        expectClose(Merge.concatenate([x, y]), [1, 5, 3, 2], shape: [1, 4])
        expectFault(Merge.add([x, .ones([1, 3])]), "add: expected tensors of one shape")
        expectFault(Merge.add([]), "got none")
    }

    @Test func nonsenseIsRefused() {
        func build(_ nodes: [LayerGraph.Node], _ outputs: [String]) throws -> LayerGraph {
            try LayerGraph(.init(inputs: [.init("x", [4])], nodes: nodes, outputs: outputs))
        }
        #expect(throws: KalsaeError.self) { try build([], ["y"]) }
        #expect(throws: KalsaeError.self) { try build([.layer("y", .flatten, of: "z")], ["y"]) }
        #expect(throws: KalsaeError.self) { try build([.layer("x", .flatten, of: "x")], ["x"]) }
        #expect(throws: KalsaeError.self) { try build([.merge("y", .add, of: [])], ["y"]) }
        #expect(throws: KalsaeError.self) {
            try build([.layer("y", .conv2D(filters: 1, kernel: 1), of: "x")], ["y"])
        }
    }

    @Test func aGraphOfOneInputIsALayer() throws {
        let graph = try LayerGraph(
            .init(
                inputs: [.init("x", [4])],
                nodes: [
                    .layer("f", .dense(units: 4, activation: .tanh), of: "x"),
                    .merge("y", .add, of: ["x", "f"]),
                ], outputs: ["y"]))
        let model = Sequential(graph, Dense(4, 2))
        #expect(model(.ones([3, 4])).shape == [3, 2])
        expectFault(graph(.ones([3, 5])), "graph input x")
        expectFault(graph([.ones([3, 4]), .ones([3, 4])])[0], "expected 1 inputs, got 2")
    }
}
