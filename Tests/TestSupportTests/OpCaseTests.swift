import KalsaeBackend
import KalsaeGraph
import KalsaeReference
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

@Suite struct GradientCheckTests {
    private let inputs = [Tensor([0.5, -1.5, 2] as [Double])]

    private func mismatch(
        order: Int, _ function: @Sendable ([Tensor]) throws -> Tensor
    ) throws -> String? {
        try Closeness.gradientMismatch(of: function, at: inputs, order: order)
    }

    @Test func acceptsRightGradients() throws {
        #expect(try mismatch(order: 2) { $0[0] * $0[0] * $0[0] } == nil)
        #expect(try mismatch(order: 2) { $0[0] * 0 } == nil)
        expectGradient(of: { $0[0].exp() }, at: inputs, order: 2)
    }

    @Test func findsAFactorThatIsSlightlyWrong() throws {
        let text = try mismatch(order: 1) { tensors in
            let x = tensors[0]
            return withCustomGradient([x]) {
                $0[0] * $0[0]
            } backward: {
                [$0 * x * 2.000001]
            }
        }
        #expect(text?.hasPrefix("gradient of order 1, input 0") == true)
    }

    @Test func findsAGradientThatIsMissing() throws {
        let text = try mismatch(order: 1) { $0[0].stopGradient() * $0[0] }
        #expect(text?.hasPrefix("gradient of order 1") == true)
    }

    @Test func findsASecondDerivativeThatIsWrong() throws {
        @Sendable func square(_ tensors: [Tensor]) -> Tensor {
            let x = tensors[0]
            let constant = x.stopGradient()
            return withCustomGradient([x]) {
                $0[0] * $0[0]
            } backward: {
                [$0 * constant * 2]
            }
        }
        #expect(try mismatch(order: 1, square) == nil)
        #expect(try mismatch(order: 2, square)?.hasPrefix("gradient of order 2") == true)
    }

    /// The identity with a gradient of one element.
    @Sendable private static func misshapen(_ tensors: [Tensor]) -> Tensor {
        withCustomGradient([tensors[0]], forward: { $0[0] }, backward: { [$0.sum()] })
    }

    @Test func findsAGradientOfAnotherShape() {
        #expect(throws: TensorFault.self) { try mismatch(order: 1, Self.misshapen) }
        withKnownIssue {
            expectGradient(of: Self.misshapen, at: inputs)
        } matching: {
            "\($0)".contains("custom gradient: expected float64[3]")
        }
    }
}

@Suite struct OpCaseTests {
    @Test func aRightRowPasses() {
        let row = OpCase.elementwise("square", is: { $0 * $0 }) { $0 * $0 }
        #expect(row.mismatches(devices: [Device(ReferenceBackend())]) == [])
    }

    @Test func aWrongValueIsFound() {
        let row = OpCase.elementwise("square", is: { $0 * $0 }) { $0 * $0 * 1.000000001 }
        let found = row.mismatches(devices: [])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("value: against plain arithmetic") == true)
        withKnownIssue {
            row.check(devices: [])
        } matching: {
            "\($0)".contains("square: value")
        }
    }

    @Test func aWrongCountIsFound() {
        let row = OpCase.elementwise("square", order: 0, is: { $0 * $0 }) { ($0 * $0).sum() }
        #expect(row.mismatches(devices: []).first?.contains("expected 15 elements, got 1") == true)
    }

    @Test func aWrongGradientIsFound() {
        let row = OpCase.elementwise("square", is: { $0 * $0 }) { x in
            withCustomGradient([x]) {
                $0[0] * $0[0]
            } backward: {
                [$0 * x * 3]
            }
        }
        #expect(
            row.mismatches(devices: []).contains {
                $0.hasPrefix("by differences: gradient of order 1")
            })
    }

    @Test func aFaultIsFoundInTheShapeThatHasIt() {
        let row = OpCase(
            "first", inputs: [OpInput([3])], shapes: [[[0]]], body: { $0[0][0] })
        let found = row.mismatches(devices: [])
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { $0.contains("[0]: threw subscript") })
    }

    @Test func aDeviceThatComputesWrongIsFound() {
        let row = OpCase.elementwise("exp", is: { $0 }) { $0.exp() }
        let found = row.mismatches(devices: [Device(WrongExponential())])
        #expect(found.contains { $0.contains("value on wrong") })
        #expect(found.contains { $0.contains("gradient 0 of order 1 on wrong") })
        #expect(found.contains { $0.hasPrefix("float32 [2, 0, 3]") } == false)
    }

    @Test func primitivesWithoutARowAreListed() throws {
        let rows = [
            OpCase.elementwise("square", is: { $0 * $0 }) { $0 * $0 },
            OpCase("sum", inputs: [OpInput([2])]) { $0[0].sum() },
        ]
        let missing = try OpCase.missingKinds(in: rows)
        #expect(missing.contains("topK"))
        #expect(missing.contains("unary.exp"))
        #expect(missing.contains("poolGradient.max"))
        #expect(!missing.contains("binary.multiply"))
        // Only the gradient of the sum broadcasts.
        #expect(!missing.contains("broadcast"))
        #expect(missing.isSubset(of: Primitive.allKinds))
    }

    @Test func aKindIsOneOfAllKinds() throws {
        for row in BackendCase.all {
            for node in row.graph.nodes {
                #expect(Primitive.allKinds.contains(node.primitive.kind))
            }
        }
    }

    @Test func backendCasesCoverEveryKind() {
        let found = BackendCase.all.flatMap { $0.graph.nodes.map(\.primitive.kind) }
        #expect(Primitive.allKinds.subtracting(found) == [])
    }
}

/// The reference with `expm1` for `exp`.
private struct WrongExponential: Backend {
    let name = "wrong"

    func compile(_ graph: Graph, options: PlanOptions) throws(KalsaeError) -> any Plan {
        var changed = graph
        for index in changed.nodes.indices
        where changed.nodes[index].primitive == .unary(.exp) {
            changed.nodes[index].primitive = .unary(.expm1)
        }
        return try ReferenceBackend().compile(changed, options: options)
    }
}
