import KalsaeGraph
import KalsaeSupport
import KalsaeTensor
import Testing

/// No walk over nodes may need a call for each, nor time that grows faster than their number.
///
/// On a stack of 8 MB one call a node ends the process from about 16,000 nodes on.
@Suite(.serialized) struct LongGraphTests {
    private static let count = 1_000_000

    @Test func aMillionScalarsAreAdded() throws {
        let (sum, lines) = try Notice.collect {
            var sum = Tensor(Float(0))
            let one = Tensor(Float(1))
            for _ in 0..<Self.count { sum = sum + one }
            // float32 holds whole numbers up to 2^24.
            return try sum.item()
        }
        #expect(sum == Float(Self.count))
        #expect(lines.count == 1)
        #expect(lines.first?.contains("evaluate()") == true)
    }

    @Test func aLongChainIsDroppedWithoutValues() throws {
        weak var first: TensorNode?
        do {
            var chain = Tensor(Float(1)).exp()
            first = chain.node
            for _ in 0..<Self.count { chain = chain + chain }
            #expect(first != nil)
        }
        #expect(first == nil)
    }

    @Test func theGradientOfALongChain() throws {
        // x + x + … : the walk back adds a gradient for each term.
        let count = Self.count / 2
        let slope = gradient(at: Tensor(Float(1))) { x in
            var sum = x
            for _ in 0..<count { sum = sum + x }
            return sum
        }
        #expect(try Notice.collect { try slope.item() }.result == Float(count + 1))
    }

    @Test func gradientsOfOnesOwnHoldEachOtherInTheirClosures() throws {
        let count = 200_000
        let slope = gradient(at: Tensor(Float(1))) { x in
            var chain = x
            for _ in 0..<count {
                let held = chain
                chain = withCustomGradient([chain]) {
                    $0[0].abs()
                } backward: { upstream in
                    [held.fault == nil ? upstream : held]
                }
            }
            return chain
        }
        #expect(try Notice.collect { try slope.item() }.result == 1)
    }

    @Test func theNoticeIsSaidOnce() throws {
        let (_, lines) = try Notice.collect {
            try GraphLimitsProbe.compute(nodes: 99_000)
            try GraphLimitsProbe.compute(nodes: 101_000)
            try GraphLimitsProbe.compute(nodes: 102_000)
        }
        #expect(lines.count == 1)
    }

    @Test func theGraphOfALongChainIsPrinted() throws {
        var chain = Tensor(Float(1))
        for _ in 0..<Self.count { chain = chain.exp() }
        let graph = try chain.graph()
        #expect(graph.nodes.count == Self.count + 1)
        #expect(graph.description.utf8.count { $0 == UInt8(ascii: "\n") } == Self.count + 1)
    }
}

/// Computes graphs of a given number of nodes.
private enum GraphLimitsProbe {
    static func compute(nodes: Int) throws {
        // Negations cancel each other, so that little is planned.
        var chain = Tensor(Float(1))
        for _ in 0..<nodes { chain = -chain }
        try chain.evaluate()
    }
}
