import KalsaeGraph
import KalsaeTensor
import Testing

@Suite struct PredicateTests {
    @Test func tellsNumbersFromTheRest() throws {
        try onEachDevice { () throws in
            let x = Tensor([1.0, .nan, .infinity, -.infinity] as [Double])
            try expectValues(x.isNaN(), [0, 1, 0, 0], dtype: .bool)
            try expectValues(x.isFinite(), [1, 0, 0, 0], dtype: .bool)
            try expectValues(x.isInfinite(), [0, 0, 1, 1], dtype: .bool)
            try expectValues(Tensor([Int32(5)]).isFinite(), [1], dtype: .bool)
            try expectValues(Tensor([Int32(5)]).isInfinite(), [0], dtype: .bool)
            try expectValues(
                x.nanToNum(nan: 7, positiveInfinity: 8),
                [1, 7, 8, -Double.greatestFiniteMagnitude])
            try expectValues(slope(x) { $0.nanToNum() }, [1, 0, 0, 0])
        }
    }

    @Test func anyAndAllOfNothing() throws {
        try onEachDevice { () throws in
            let mask = Tensor([true, false, true, true], shape: [2, 2])
            try expectValues(mask.any(axes: [1]), [1, 1], dtype: .bool)
            try expectValues(mask.all(axes: [1]), [0, 1], dtype: .bool)
            try expectValues(mask.all(axes: [0], keepsAxes: true), [1, 0], shape: [1, 2])
            try expectValues(Tensor.zeros([0]).any(), [0], shape: [])
            try expectValues(Tensor.zeros([0]).all(), [1], shape: [])
            try expectValues(
                Tensor([0.0, -2, 3] as [Double]).countNonZero(), [2], shape: [], dtype: .int64)
            try expectValues(
                mask.logicalXor(Tensor([true, true], shape: [2])), [0, 1, 0, 0], shape: [2, 2])
            expectFault(mask.any(axes: [2]), "[2, 2]", "PredicateTests.swift")
        }
    }

    @Test func closeness() throws {
        try onEachDevice { () throws in
            let x = Tensor([1.0, .infinity, .nan, 1e10, 0] as [Double])
            let y = Tensor([1 + 1e-6, .infinity, .nan, .infinity, 1e-9] as [Double])
            try expectValues(x.isClose(to: y), [1, 1, 0, 0, 1])
            try expectValues(x.isClose(to: y, nanEqual: true), [1, 1, 1, 0, 1])
            try expectValues(x.allClose(to: y), [0], shape: [], dtype: .bool)
        }
    }

    @Test func replacesWhereAMaskIsTrue() throws {
        try onEachDevice { () throws in
            let x: Tensor = [[1, 2], [3, 4]]
            let mask = Tensor([true, false])
            try expectValues(x.replacing(with: -1, where: mask), [-1, 2, -1, 4], shape: [2, 2])
            try expectValues(
                slope(x) { $0.replacing(with: 0, where: mask) }, [0, 1, 0, 1],
                shape: [2, 2])
            expectFault(x.replacing(with: 0, where: x), "select", "bool", "PredicateTests.swift")
        }
    }
}
