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

extension Tensor {
    @inline(never) fileprivate func addedByExtension(_ other: Tensor) -> Tensor {
        (self + other).exp()
    }
}

@inline(never) private func addedPrivately(_ x: Tensor) -> Tensor { (x + Tensor.zeros([4])).exp() }

/// The names of functions that faults of operators tell, in debug and in release builds.
@Suite struct FunctionNameTests {
    @Test(arguments: [
        ("App.run(KalsaeTensor.Tensor) -> KalsaeTensor.Tensor", "App.run"),
        ("closure #1 () -> () in App.Model.train(steps: Swift.Int) -> ()", "App.Model.train"),
        ("App.(run in _5E4F0A)(KalsaeTensor.Tensor) -> KalsaeTensor.Tensor", "App.run"),
        ("closure #2 (A) -> B in closure #1 () -> () in App.(run in _5E4F)() -> ()", "App.run"),
        (
            "(extension in App):KalsaeTensor.Tensor.doubled() -> Swift.Int",
            "KalsaeTensor.Tensor.doubled"
        ),
        (
            "function signature specialization <Arg[0] = [Closure (A) in B]> of App.run(Swift.Int) -> ()",
            "App.run"
        ),
        ("generic specialization <App.Net> of App.fit<A where A: B>(A) -> ()", "App.fit"),
        (
            "protocol witness for KalsaeLayers.Layer.callAsFunction(KalsaeTensor.Tensor) -> "
                + "KalsaeTensor.Tensor in conformance App.Net : KalsaeLayers.Layer in App",
            "App.Net.callAsFunction"
        ),
        ("App.Net.width.getter : Swift.Int", "App.Net.width.getter"),
    ]) func names(_ demangled: String, _ short: String) {
        #expect(CallSite.shortened(demangled) == short)
    }

    @Test func extensionsAndPrivateFunctionsAreNamed() {
        let x = Tensor.zeros([2, 3])
        let byExtension = x.addedByExtension(.zeros([4])).fault?.site?.description
        #expect(byExtension == "KalsaeTensor.Tensor.addedByExtension")
        let privately = addedPrivately(x).fault?.site?.description
        #expect(privately == "KalsaeTensorTests.addedPrivately")
    }
}

/// Custom gradients keep nothing that no gradient needs.
@Suite struct CustomGradientTests {
    @Test func keepsNoInputsWithoutHistory() throws {
        try onEachDevice { () throws in
            var x = Tensor([0.5] as [Double])
            for _ in 0..<20_000 { x = try x.softplus().evaluate() }
            // A chain of kept inputs would end the stack here.
            #expect(try x.graph().nodes.count == 1)
        }
    }
}
