import KalsaePlots
import Testing

/// Layers and orders of graphs that were drawn by hand.
@Suite struct LayeredGraphTests {
    @Test func layersAreLongestPaths() throws {
        // 0 → 1 → 2 → 3 and 0 → 3; 4 is an input that only 3 reads.
        let arcs = [(0, 1), (1, 2), (2, 3), (0, 3), (4, 3)]
        #expect(LayeredGraph.layers(count: 5, arcs: arcs) == [0, 1, 2, 3, 2])
        let graph = try #require(LayeredGraph(count: 5, arcs: arcs))
        // The arc over two layers bends twice.
        #expect(graph.paths.map(\.count) == [2, 2, 2, 4, 2])
        #expect(graph.layerOf.count == 5 + 2)
    }

    @Test func cyclesAreFound() {
        #expect(LayeredGraph.layers(count: 2, arcs: [(0, 1), (1, 0)]) == nil)
        #expect(LayeredGraph(count: 1, arcs: [(0, 0)]) == nil)
    }

    @Test func crossingsThatNeedNotBeAreUndone() throws {
        let graph = try #require(LayeredGraph(count: 6, arcs: [(0, 5), (1, 4), (2, 3)]))
        #expect(graph.crossings() == 0)
        // Two nodes that read the same two: one crossing is left in any order.
        let both = try #require(LayeredGraph(count: 4, arcs: [(0, 2), (0, 3), (1, 2), (1, 3)]))
        #expect(both.crossings() == 1)
    }

    @Test func nodesOfALayerAreApart() throws {
        let arcs = (0..<40).map { ($0 % 7, 7 + $0 % 9) } + (7..<16).map { ($0, 16) }
        let graph = try #require(LayeredGraph(count: 17, arcs: arcs))
        for layer in graph.layers {
            for (a, b) in zip(layer, layer.dropFirst()) {
                #expect(graph.offsets[b] - graph.offsets[a] > 1 - 1e-9)
            }
        }
    }

    @Test func longChainsDoNotRecurse() throws {
        let count = 100_000
        let arcs = (0..<(count - 1)).map { ($0, $0 + 1) }
        let layers = try #require(LayeredGraph.layers(count: count, arcs: arcs))
        #expect(layers.last == count - 1)
    }
}
