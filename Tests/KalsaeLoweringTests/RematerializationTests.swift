import KalsaeBackend
import KalsaeGraph
import KalsaeLowering
import KalsaeSupport
import KalsaeTesting
import Testing

/// Results that are computed again where they are read.
struct RematerializationTests {
    private let wide = TensorType(.float32, [64, 96])

    /// A graph of inputs, with what the toy runs of it.
    private func instructions(
        _ inputs: [TensorType], _ build: (inout Graph, [Int]) throws -> [Int]
    ) throws -> (stored: [InstructionSummary], copied: [InstructionSummary]) {
        var graph = Graph()
        let operands = inputs.map { graph.addInput($0) }
        graph.outputs = try build(&graph, operands)
        let (plain, toy) = (ToyBackend(), ToyBackend(rematerializes: true))
        let one = BackendCase("\(inputs)", graph, inputs.map { _ in .normal }, errorFactor: 20)
        #expect(one.mismatch(toy) == nil)
        #expect(one.bitMismatch(plain, toy) == nil)
        return (
            try plain.compile(graph, options: PlanOptions()).instructions,
            try toy.compile(graph, options: PlanOptions()).instructions
        )
    }

    private func bytes(_ instructions: [InstructionSummary]) -> Double {
        instructions.reduce(0) { $0 + $1.bytes }
    }

    /// The second pass of a variance: centered numbers are needed for it and behind it.
    private func normalized(
        _ graph: inout Graph, _ x: Int, _ mean: Int, by operation: UnaryOperation?
    ) throws -> Int {
        let row = try graph.add(.broadcast(wide.shape), [mean])
        var centered = try graph.add(.binary(.subtract), [x, row])
        if let operation { centered = try graph.add(.unary(operation), [centered]) }
        let square = try graph.add(.binary(.multiply), [centered, centered])
        let sum = try graph.add(.reduce(.sum, axes: [0]), [square])
        let all = try graph.add(.broadcast(wide.shape), [sum])
        return try graph.add(.binary(.multiply), [centered, all])
    }

    @Test func centeredNumbersAreNotStored() throws {
        let row = TensorType(.float32, [1, 96])
        let (stored, copied) = try instructions([wide, row]) { graph, inputs in
            [try normalized(&graph, inputs[0], inputs[1], by: nil)]
        }
        #expect(stored.count == copied.count)
        // Not written; read as x, with the mean beside it.
        let (saved, added) = (Double(wide.byteCount), Double(row.byteCount))
        #expect(bytes(stored) - bytes(copied) == saved - added)
    }

    /// As those of a softmax.
    @Test func exponentialsAreComputedAgain() throws {
        let row = TensorType(.float32, [1, 96])
        let (stored, copied) = try instructions([wide, row]) { graph, inputs in
            [try normalized(&graph, inputs[0], inputs[1], by: .exp)]
        }
        #expect(stored.count == copied.count)
        #expect(bytes(stored) - bytes(copied) == Double(wide.byteCount - row.byteCount))
    }

    @Test func otherFunctionsAreNotComputedTwice() throws {
        let row = TensorType(.float32, [1, 96])
        let (stored, copied) = try instructions([wide, row]) { graph, inputs in
            [try normalized(&graph, inputs[0], inputs[1], by: .tanh)]
        }
        // What tanh reads is one register away, so that nothing is left to copy.
        #expect(bytes(stored) == bytes(copied))
    }

    /// As the derivative of GELU behind it.
    @Test(arguments: [UnaryOperation.erf, .tanh])
    func functionsAreComputedAgainWhereTheirOperandsAreReadAnyway(
        _ operation: UnaryOperation
    ) throws {
        let (stored, copied) = try instructions([wide]) { graph, inputs in
            let function = try graph.add(.unary(operation), [inputs[0]])
            let sum = try graph.add(
                .reduce(.sum, axes: [0]),
                [try graph.add(.binary(.multiply), [function, inputs[0]])])
            let all = try graph.add(.broadcast(wide.shape), [sum])
            let scaled = try graph.add(.binary(.multiply), [function, all])
            return [try graph.add(.binary(.add), [scaled, inputs[0]])]
        }
        // Neither written nor read.
        #expect(bytes(stored) - bytes(copied) == 2 * Double(wide.byteCount))
    }

    @Test func whatIsMadeOfMoreThanItIsStays() throws {
        let (stored, copied) = try instructions([wide, wide, wide]) { graph, inputs in
            let two = try graph.add(.binary(.add), [inputs[0], inputs[1]])
            let three = try graph.add(.binary(.add), [two, inputs[2]])
            let sum = try graph.add(.reduce(.sum, axes: [0]), [three])
            let all = try graph.add(.broadcast(wide.shape), [sum])
            return [try graph.add(.binary(.multiply), [three, all])]
        }
        #expect(bytes(stored) == bytes(copied))
    }

    @Test func outputsAndSmallResultsStay() throws {
        let small = TensorType(.float32, [8, 8])
        for type in [wide, small] {
            let row = TensorType(.float32, [1, type.shape[1]])
            let (stored, copied) = try instructions([type, row]) { graph, inputs in
                let all = try graph.add(.broadcast(type.shape), [inputs[1]])
                let centered = try graph.add(.binary(.subtract), [inputs[0], all])
                let sum = try graph.add(.reduce(.sum, axes: [0]), [centered])
                let sums = try graph.add(.broadcast(type.shape), [sum])
                let result = try graph.add(.binary(.multiply), [centered, sums])
                return type == wide ? [result, centered] : [result]
            }
            #expect(bytes(stored) == bytes(copied))
        }
    }
}
