import KalsaeGraph
import KalsaeTensor
import KalsaeTesting
import Testing

/// Many members at once against a loop over them.
@Suite struct BatchingTests {
    /// Each operation, its gradients inside, and gradients through it, for each choice of shared inputs.
    @Test(arguments: OpRowsTests.rows) func row(_ row: OpCase) {
        for text in row.batchingMismatches(count: 3, devices: [.current]) {
            Issue.record("\(row.name): \(text)")
        }
    }

    @Test func eachMemberDrawsFromItsOwnKey() throws {
        let keys = Tensor([Int64(1), 2, 3, 4, 5, 6]).reshaped(to: [2, 3])
        let drawn = mapped(over: keys) { Tensor.normal([4], key: RandomKey($0)) }
        for (index, part) in [[1, 2, 3], [4, 5, 6]].enumerated() {
            let key = RandomKey(seed: part[0], stream: part[1], step: part[2])
            let expected = try Tensor.normal([4], key: key).values(Float.self)
            #expect(drawn.shape == [2, 4])
            #expect(try drawn[index].values(Float.self) == expected)
        }
    }

    @Test func anIndexOutsideOfItsMemberIsAnError() throws {
        let values = Tensor.zeros([2, 3])
        let indices = Tensor([Int32(0), 1, 3, 2]).reshaped(to: [2, 2])
        let taken = mapped(over: [values, indices]) { $0[0].gathered(at: $0[1]) }
        #expect(taken.shape == [2, 2])
        #expect(throws: (any Error).self) { try taken.evaluate() }
    }

    @Test func nestedMapsAreOneMap() throws {
        let x = Tensor((0..<12).map { Float($0) }).reshaped(to: [2, 3, 2])
        let inner = mapped(over: x) { rows in mapped(over: rows) { row in (row * row).sum() } }
        #expect(inner.shape == [2, 3])
        #expect(try inner.values(Float.self) == [1, 13, 41, 85, 145, 221])
    }

    @Test func aSharedResultIsRepeated() throws {
        let shared = Tensor([Float(1), 2])
        let result = mapped(over: Tensor.zeros([3, 1])) { _ in shared }
        #expect(result.shape == [3, 2])
        #expect(try result.values(Float.self) == [1, 2, 1, 2, 1, 2])
    }

    @Test func axesThatDifferAreAFault() {
        let result = mapped(over: [Tensor.zeros([2, 1]), Tensor.zeros([3, 1])]) { $0[0] + $0[1] }
        #expect(result.fault?.description.contains("one first axis in common") == true)
        let scalar = mapped(over: Tensor(1)) { $0 }
        #expect(scalar.fault != nil)
    }

    @Test func treesStackAndComeApart() throws {
        let trees = [
            [Tensor([Float(1), 2]), Tensor(Float(3))], [Tensor([Float(4), 5]), Tensor(Float(6))],
        ]
        let stacked = try trees.stacked()
        #expect(stacked.map(\.shape) == [[2, 2], [2]])
        #expect(try stacked.member(1)[0].values(Float.self) == [4, 5])
        #expect(try stacked.member(0)[1].item(Float.self) == 3)
        let repeated = trees[0].stacked(count: 3)
        #expect(repeated.map(\.shape) == [[3, 2], [3]])
        #expect(try repeated.member(2)[0].values(Float.self) == [1, 2])
        #expect(throws: (any Error).self) { try [[Tensor]]().stacked() }
        #expect(throws: (any Error).self) { try [[Tensor(1)], [Tensor([Float(1)])]].stacked() }
    }
}
