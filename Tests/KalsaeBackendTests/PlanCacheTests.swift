import KalsaeBackend
import KalsaeGraph
import KalsaeReference
import KalsaeSupport
import Testing

@Suite struct PlanCacheTests {
    private func makeGraph(_ size: Int, _ operation: UnaryOperation = .negate) throws -> Graph {
        var graph = Graph()
        let input = graph.addInput(TensorType(.float32, [size]))
        graph.outputs = [try graph.add(.unary(operation), [input])]
        return graph
    }

    @Test func equalGraphsShareAPlan() throws {
        let cache = PlanCache(backend: ReferenceBackend())
        let (plans, counts) = try Counters.measure {
            try [cache.plan(for: makeGraph(3)), cache.plan(for: makeGraph(3))]
        }
        #expect(plans[0] === plans[1])
        #expect(counts.plansCompiled == 1)
        #expect(cache.count == 1)
    }

    @Test func otherShapesOperationsAndOptionsAreOtherPlans() throws {
        let cache = PlanCache(backend: ReferenceBackend())
        let (_, counts) = try Counters.measure {
            _ = try cache.plan(for: makeGraph(3))
            _ = try cache.plan(for: makeGraph(4))
            _ = try cache.plan(for: makeGraph(3, .exp))
            _ = try cache.plan(for: makeGraph(3), options: PlanOptions(donations: [0]))
        }
        #expect(counts.plansCompiled == 4)
        #expect(cache.count == 4)
    }

    /// What is compiled for each call is told once, also beside plans that are found again; what is
    /// compiled once for many calls, as the networks of a search, is not.
    @Test(arguments: [(0, 1), (4, 1), (12, 0)])
    func computationsThatAreCompiledAgainAndAgainAreTold(calls: Int, told: Int) throws {
        let cache = PlanCache(backend: ReferenceBackend())
        let (_, lines) = try Notice.collect {
            for size in 1...64 {
                _ = try cache.plan(for: makeGraph(size))
                for _ in 0..<calls { _ = try cache.plan(for: makeGraph(1, .exp)) }
            }
        }
        #expect(lines.count == told, "\(lines)")
    }

    @Test func theLongestUnusedPlanMakesRoom() throws {
        let cache = PlanCache(backend: ReferenceBackend(), capacity: 2)
        let first = try cache.plan(for: makeGraph(1))
        _ = try cache.plan(for: makeGraph(2))
        _ = try cache.plan(for: makeGraph(1))
        _ = try cache.plan(for: makeGraph(3))
        #expect(cache.count == 2)
        let (kept, none) = try Counters.measure { try cache.plan(for: makeGraph(1)) }
        #expect(kept === first)
        #expect(none.plansCompiled == 0)
        let (_, again) = try Counters.measure { try cache.plan(for: makeGraph(2)) }
        #expect(again.plansCompiled == 1)
    }

    @Test func graphsOfManyNodesMakeRoomForEachOther() throws {
        // Each graph has two nodes.
        let cache = PlanCache(backend: ReferenceBackend(), nodeCapacity: 5)
        for size in 1...3 { _ = try cache.plan(for: makeGraph(size)) }
        #expect(cache.count == 2)
        let (_, kept) = try Counters.measure { try cache.plan(for: makeGraph(2)) }
        #expect(kept.plansCompiled == 0)
    }

    /// A training's step of many thousand layers has more nodes than all plans may have together:
    /// it is compiled once, whatever is computed between two steps.
    @Test func aGraphThatIsTooLongIsKeptBesideTheOthers() throws {
        // The long graph has four nodes, the short ones have two.
        func long(_ size: Int) throws -> Graph {
            var graph = Graph()
            var node = graph.addInput(TensorType(.float32, [size]))
            for _ in 0..<3 { node = try graph.add(.unary(.negate), [node]) }
            graph.outputs = [node]
            return graph
        }
        let cache = PlanCache(backend: ReferenceBackend(), nodeCapacity: 3)
        let (_, counts) = try Counters.measure {
            for _ in 0..<3 {
                _ = try cache.plan(for: long(1))
                for size in 1...2 { _ = try cache.plan(for: makeGraph(size)) }
            }
        }
        // The short ones drive each other out: one at a time fits.
        #expect(counts.plansCompiled == 1 + 3 * 2)
        #expect(cache.count == 2)
        // The newest long one takes the place of the last.
        let (_, other) = try Counters.measure {
            for _ in 0..<2 { _ = try cache.plan(for: long(2)) }
        }
        #expect(other.plansCompiled == 1 && cache.count == 2)
        let (_, first) = try Counters.measure { try cache.plan(for: long(1)) }
        #expect(first.plansCompiled == 1)
        // By number of plans it takes part: a cache of one keeps the newest.
        let single = PlanCache(backend: ReferenceBackend(), capacity: 1, nodeCapacity: 3)
        for graph in try [long(1), makeGraph(1)] { _ = try single.plan(for: graph) }
        #expect(single.count == 1)
        let (_, again) = try Counters.measure { try single.plan(for: makeGraph(1)) }
        #expect(again.plansCompiled == 0)
    }

    @Test func aGraphThatDoesNotCompileIsNotKept() throws {
        let cache = PlanCache(backend: ReferenceBackend())
        var graph = try makeGraph(3)
        graph.outputs = [9]
        #expect(throws: KalsaeError.self) { try cache.plan(for: graph) }
        #expect(cache.count == 0)
    }
}

@Suite struct BufferTests {
    @Test func isAlignedAndCopied() throws {
        let buffer = try Buffer(byteCount: 5)
        #expect(Int(bitPattern: (try buffer.hostPointer())) % Buffer.alignment == 0)
        try buffer.hostPointer().storeBytes(of: 7, toByteOffset: 4, as: UInt8.self)
        let copy = try buffer.copied()
        try buffer.hostPointer().storeBytes(of: 8, toByteOffset: 4, as: UInt8.self)
        #expect(copy.byteCount == 5)
        #expect((try copy.hostPointer()).load(fromByteOffset: 4, as: UInt8.self) == 7)
    }

    @Test func anImpossibleSizeIsAnError() {
        #expect(throws: KalsaeError.self) { try Buffer(byteCount: .max) }
        #expect(throws: KalsaeError.self) { try Buffer(byteCount: -1) }
        #expect(throws: KalsaeError.self) { try Buffer(byteCount: 1 << 60) }
    }
}
