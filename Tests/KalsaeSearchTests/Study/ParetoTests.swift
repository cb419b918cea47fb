import KalsaeSearch
import KalsaeSupport
import Testing

@Suite("Several objectives")
struct ParetoTests {
    /// Ranks by hand.
    @Test func frontsAreRanks() {
        let losses: [[Double]] = [[1, 4], [2, 2], [4, 1], [3, 3], [4, 4], [2, 2], [5, 5]]
        #expect(ParetoOrder.fronts(losses) == [[0, 1, 2, 5], [3], [4], [6]])
        #expect(ParetoOrder.fronts([]) == [])
        #expect(ParetoOrder.dominates([1, 2], [1, 3]))
        #expect(!ParetoOrder.dominates([1, 2], [1, 2]))
        #expect(ParetoOrder.crowding(losses, [0, 1, 2]) == [.infinity, 2, .infinity])
        #expect(ParetoOrder.crowding([[0, 0], [1, 1]], [0, 1]) == [.infinity, .infinity])
    }

    /// Volumes by hand, and of random points against counting cells of a grid.
    @Test func hypervolumeIsTheDominatedVolume() {
        #expect(Hypervolume.of([[1]], reference: [3]) == 2)
        #expect(Hypervolume.of([[1, 2], [2, 1]], reference: [3, 3]) == 3)
        #expect(Hypervolume.of([[1, 2], [2, 1], [4, 0], [2, 2]], reference: [3, 3]) == 3)
        #expect(Hypervolume.of([[0, 0, 0]], reference: [2, 3, 4]) == 24)
        #expect(Hypervolume.of([[0, 1, 1], [1, 0, 1], [1, 1, 0]], reference: [2, 2, 2]) == 4)
        #expect(Hypervolume.of([], reference: [1, 1]) == 0)
        var random = Philox(seed: 3, stream: 1)
        for objectives in [2, 3, 4] {
            let points = (0..<6).map { _ in
                (0..<objectives).map { _ in Double(random.next(below: 5)) }
            }
            let cells = (0..<Int(power(5, objectives))).filter { cell in
                let corner = (0..<objectives).map { Double(cell / Int(power(5, $0)) % 5) }
                return points.contains { zip($0, corner).allSatisfy { $0 <= $1 } }
            }
            let reference = [Double](repeating: 5, count: objectives)
            #expect(Hypervolume.of(points, reference: reference) == Double(cells.count))
        }
    }

    private func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1.0) { power, _ in power * base }
    }

    /// Schaffer's problem, x² and (x − 2)²: its front is x in 0...2, with the volume 40/3 + 2 under
    /// (4, 4): ∫ over a in 0...4 of 4 − (2 − √a)² = 16 − 8/3.
    @Test func samplersApproachTheFront() throws {
        func volume(_ sampler: some Sampler) throws -> Double {
            let study = try Study("schaffer", [.minimize, .minimize], sampler: sampler, seed: 2)
            try study.optimizeAll(trials: 150) { trial in
                let x = try trial.real("x", in: -50...50)
                _ = try trial.real("idle", in: 0...1)
                return [x * x, (x - 2) * (x - 2)]
            }
            let front = try study.paretoFront()
            #expect(front.allSatisfy { -1...3 ~= $0.parameters["x"]?.number ?? 9 })
            return try study.hypervolume(reference: [4, 4])
        }
        let whole = 16 - 8.0 / 3
        #expect(try volume(NSGA2Sampler(populationSize: 20)) > 0.85 * whole)
        #expect(try volume(TPESampler()) > 0.85 * whole)
        #expect(try volume(GaussianProcessSampler()) > 0.85 * whole)
        #expect(try volume(CMAESSampler()) > 0.5 * whole)
    }

    @Test func frontsHeedDirections() throws {
        let study = try Study("s", [.minimize, .maximize])
        let values: [[Double]] = [[1, 1], [2, 5], [3, 4], [0.5, 0]]
        try study.optimizeAll(trials: 4) { values[$0.number] }
        #expect(try study.paretoFront().map(\.number) == [0, 1, 3])
        #expect(throws: KalsaeError.self) { try study.hypervolume(reference: [1]) }
        #expect(throws: KalsaeError.self) { try study.optimize(trials: 9) { _ in 0 } }
    }
}
