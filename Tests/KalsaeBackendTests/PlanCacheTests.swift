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
        let small = PlanCache(backend: ReferenceBackend(), nodeCapacity: 1)
        _ = try small.plan(for: makeGraph(1))
        #expect(small.count == 0)
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
