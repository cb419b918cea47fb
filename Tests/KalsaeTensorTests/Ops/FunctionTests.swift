import Glibc
import KalsaeGraph
import KalsaeTensor
import Testing

/// Functions that are composed: exactness, borders, gradients.
@Suite struct FunctionTests {
    @Test func agreesWithTheMathLibrary() throws {
        try onEachDevice { () throws in
            let x = [-20, -3.7, -0.9, -1e-9, 0, 1e-9, 0.3, 0.999, 1.5, 8, 1e10]
            let unit = x.filter { abs($0) < 1 }
            let above = x.filter { $0 > 1 }
            let t = Tensor(x)
            try expectValues(t.sinh(), x.map(sinh), tolerance: 1e-14)
            try expectValues(t.cosh(), x.map(cosh), tolerance: 1e-14)
            try expectValues(t.asinh(), x.map(asinh), tolerance: 1e-15)
            try expectValues(Tensor(above).acosh(), above.map(acosh), tolerance: 1e-15)
            try expectValues(Tensor(unit).atanh(), unit.map(atanh), tolerance: 1e-15)
            try expectValues(Tensor(unit).asin(), unit.map(asin), tolerance: 1e-15)
            try expectValues(Tensor(unit).acos(), unit.map(acos), tolerance: 1e-15)
            try expectValues(Tensor(unit).exp2(), unit.map(exp2), tolerance: 1e-15)
            try expectValues(Tensor(above).log2(), above.map(log2), tolerance: 1e-15)
            try expectValues(Tensor(above).log10(), above.map(log10), tolerance: 1e-15)
            try expectValues(t.trunc(), x.map(trunc))
            // The results are small, so compare them one by one and relatively.
            for small in [1e-12, -1e-9] {
                let one = Tensor([small])
                for result in [one.sinh(), one.asinh(), one.atanh(), one.asin()] {
                    #expect(try abs(result.item(Double.self) / small - 1) < 1e-15)
                }
            }
        }
    }

    @Test func bordersOfDomains() throws {
        try onEachDevice { () throws in
            let x = Tensor([-2.0, -1, 1, 2] as [Double])
            let half = Double.pi / 2
            try expectValues(x.asin(), [.nan, -half, half, .nan])
            try expectValues(x.atanh(), [.nan, -.infinity, .infinity, .nan])
            try expectValues(x.acosh(), [.nan, .nan, 0, acosh(2)], tolerance: 1e-15)
            try expectValues(slope(x) { $0.asin() }, [.nan, .infinity, .infinity, .nan])
            try expectValues(slope(x) { $0.acos() }, [.nan, -.infinity, -.infinity, .nan])
            try expectValues(x.erfInverse(), [.nan, -.infinity, .infinity, .nan])
            try expectValues(Tensor([Float(3e38)]).asinh(), [Double(asinhf(3e38))], tolerance: 1e-6)
        }
    }

    /// Half of e^x is finite where e^x is not.
    @Test func hyperbolicFunctionsReachTheLargestNumbers() throws {
        try onEachDevice { () throws in
            let x: [Float] = [89, -89, 88.5, -20.5, 19.5, 89.4]
            let exact = x.map { Double($0) }
            // Errors of e^(x/2), an ulp or two, count twice.
            try expectValues(Tensor(x).sinh(), exact.map { sinh($0) }, tolerance: 1e-6)
            try expectValues(Tensor(x).cosh(), exact.map { cosh($0) }, tolerance: 1e-6)
            try expectValues(
                slope(Tensor(x)) { $0.sinh() }, exact.map { cosh($0) }, tolerance: 1e-6)
            try expectValues(
                slope(Tensor(x)) { $0.cosh() }, exact.map { sinh($0) }, tolerance: 1e-6)
            try expectValues(
                Tensor([90, -90, .infinity, .nan] as [Float]).sinh(),
                [.infinity, -.infinity, .infinity, .nan])
        }
    }

    @Test func erfInverseInvertsErf() throws {
        try onEachDevice { () throws in
            let x = stride(from: -3.0, through: 3, by: 0.125).map { $0 }
            try expectValues(Tensor(x).erf().erfInverse(), x, tolerance: 1e-11)
            let single = x.filter { abs($0) < 2 }.map(Float.init)
            try expectValues(
                Tensor(single).erf().erfInverse(), single.map(Double.init), tolerance: 1e-5)
        }
    }

    @Test func hypotNeitherOverflowsNorDivides() throws {
        try onEachDevice { () throws in
            let (x, y) = (Tensor([Float(3e30), 0, 3]), Tensor([Float(4e30), 0, 4]))
            try expectValues(x.hypot(y), [5e30, 0, 5], tolerance: 1e-6)
            try expectValues(slope(x) { $0.hypot(y) }, [0.6, 0, 0.6], tolerance: 1e-6)
        }
    }

    @Test func gradients() throws {
        try onEachDevice { () throws in
            let unit = Tensor.uniform(
                [6], low: -0.9, high: 0.9, key: RandomKey(seed: 3), dtype: .float64)
            let above = unit + 2.5
            for function: (Tensor) -> Tensor in [
                { $0.tan() }, { $0.asin() }, { $0.acos() }, { $0.sinh() }, { $0.cosh() },
                { $0.asinh() }, { $0.atanh() }, { $0.exp2() }, { $0.erfInverse() }, { $0.cube() },
                { $0.polynomial([2, -1, 3]) }, { $0.frac() },
            ] {
                try expectGradients(at: [unit]) { function($0[0]) }
            }
            for function: (Tensor) -> Tensor in [
                { $0.acosh() }, { $0.log2() }, { $0.log10() },
            ] {
                try expectGradients(at: [above]) { function($0[0]) }
            }
            try expectGradients(at: [unit, above]) { $0[0].hypot($0[1]) }
            try expectGradients(at: [unit, above, unit + 3]) {
                $0[0].lerp(to: $0[1], weight: $0[2])
            }
            try expectGradients(at: [above, unit]) { $0[0].pow($0[1]) }
        }
    }

    @Test func powersOfZero() throws {
        try onEachDevice { () throws in
            let base = Tensor([0.0, 0, 0, 2] as [Double])
            let exponent = Tensor([0.0, 1, 2, 0] as [Double])
            try expectValues(slope(base) { $0.pow(exponent) }, [0, 1, 0, 0])
            try expectValues(
                slope(exponent) { base.pow($0) }, [0, 0, 0, log(2)], tolerance: 1e-15)
            try expectValues(curvature(base) { $0.pow(exponent) }, [0, 0, 2, 0])
        }
    }

    @Test func clippingKeepsTheGradientAtItsBounds() throws {
        try onEachDevice { () throws in
            let x: Tensor = [-2, -1, 0.5, 1, 2]
            try expectValues(x.clipped(to: -1...1), [-1, -1, 0.5, 1, 1])
            try expectValues(slope(x) { $0.clipped(to: -1...1) }, [0, 1, 1, 1, 0])
            try expectValues(Tensor([Int32(3), 9]).clipped(to: ...5), [3, 5], dtype: .int32)
            #expect(try Tensor([Double.nan]).clipped(to: 0...1).item(Double.self).isNaN)
        }
    }
}
