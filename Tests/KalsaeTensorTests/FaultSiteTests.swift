import KalsaeGraph
import KalsaeTensor
import Testing

/// Faults tell the caller's line, also where one operation is made of others.
@Suite struct FaultSiteTests {
    let x = Tensor.zeros([2, 3])

    @Test func nestedOperationsReportTheCaller() {
        let line = #line + 1
        let tensors = [x.matmul(Tensor.zeros([2])), x.norm(axes: [5]), x.sorted().softmax(axis: 7)]
        for tensor in tensors {
            let site = tensor.fault?.site?.description
            #expect(site == "KalsaeTensorTests/FaultSiteTests.swift:\(line)")
        }
    }

    @Test func operatorsReportTheFunction() {
        // The second type is refused deep inside of a composition.
        for tensor in [x + Tensor.zeros([4]), Tensor([Int32(1)]).softplus()] {
            let site = tensor.fault?.site?.description
            #expect(site == "KalsaeTensorTests.FaultSiteTests.operatorsReportTheFunction")
        }
    }
}

/// Custom gradients keep nothing that no gradient needs.
@Suite struct CustomGradientTests {
    @Test func keepsNoInputsWithoutHistory() throws {
        try onEachDevice { () throws in
            var x = Tensor([0.5])
            for _ in 0..<20_000 { x = try x.softplus().evaluate() }
            // A chain of kept inputs would end the stack here.
            #expect(try x.graph().nodes.count == 1)
        }
    }
}
