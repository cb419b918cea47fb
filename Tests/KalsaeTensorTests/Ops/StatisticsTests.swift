import Glibc
import KalsaeGraph
import KalsaeTensor
import Testing

/// Norms, quantiles, running products, counts.
@Suite struct StatisticsTests {
    @Test func normsAndTheirGradientAtZero() throws {
        try onEachDevice { () throws in
            let x: Tensor = [[3, -4], [0, 0]]
            try expectValues(x.norm(axes: [1]), [5, 0])
            try expectValues(x.norm(.l1, axes: [1]), [7, 0])
            try expectValues(x.norm(.infinity, axes: [1], keepsAxes: true), [4, 0], shape: [2, 1])
            try expectValues(
                slope(x) { $0.norm(axes: [1]) }, [0.6, -0.8, 0, 0], shape: [2, 2], tolerance: 1e-7)
            try expectValues(
                slope(x) { $0.standardDeviation(axes: [1]) }, [0.5, -0.5, 0, 0], shape: [2, 2],
                tolerance: 1e-7)
            try expectValues(x.normalized(), [0.6, -0.8, 0, 0], shape: [2, 2], tolerance: 1e-7)
            try expectValues(
                x.cosineSimilarity(to: [[3, -4], [1, 1]]), [1, 0], tolerance: 1e-7)
        }
    }

    @Test func meanOfOnesIsOne() throws {
        try onEachDevice { () throws in
            for count in [41, 47, 49, 55, 61, 1000] {
                #expect(try Tensor.ones([count]).mean().item() == 1)
                #expect(try Tensor.full([count], 0.1).variance().item() < 1e-14)
            }
            #expect(try Tensor.zeros([0]).mean().item().isNaN)
            #expect(try Tensor.ones([1]).variance(correction: 1).item().isNaN)
        }
    }

    @Test func quantiles() throws {
        try onEachDevice { () throws in
            let x: Tensor = [[4, 1, 3, 2], [8, 6, 5, 7]]
            try expectValues(x.median(), [2.5, 6.5])
            try expectValues(x.median(axis: 0, keepsAxis: true), [6, 3.5, 4, 4.5], shape: [1, 4])
            try expectValues(x.quantile(0.25), [1.75, 5.75])
            try expectValues(x.quantile(1), [4, 8])
            try expectValues(
                slope(x) { $0.median() }, [0, 0, 0.5, 0.5, 0, 0.5, 0, 0.5],
                shape: [2, 4])
            let holed = Tensor([1, .nan, 3.0] as [Double])
            try expectValues(holed.median(), [.nan], shape: [])
            expectFault(x.quantile(2), "quantile", "2.0", "StatisticsTests.swift")
            expectFault(Tensor.zeros([0]).median(), "quantile", "[0]")
        }
    }

    @Test func runningProductsAndTheirGradientsAtZeros() throws {
        try onEachDevice { () throws in
            let x = Tensor([2.0, 3, 4, 5, 6] as [Double])
            try expectValues(x.cumulativeProduct(), [2, 6, 24, 120, 720])
            try expectValues(x.cumulativeProduct(exclusive: true), [1, 2, 6, 24, 120])
            try expectValues(x.cumulativeProduct(reverse: true), [720, 360, 120, 30, 6])
            try expectValues(
                x.cumulativeProduct(exclusive: true, reverse: true), [360, 120, 30, 6, 1])
            try expectValues(Tensor.zeros([2, 0]).cumulativeProduct(), [], shape: [2, 0])
            let holes = Tensor([2.0, 0, 3, 0, 5, 7] as [Double], shape: [2, 3])
            try expectValues(
                slope(holes) { $0.product(axes: [1]) }, [0, 6, 0, 35, 0, 0], shape: [2, 3])
            try expectGradients(at: [holes]) { $0[0].product(axes: [1]) }
            try expectGradients(at: [holes]) { $0[0].product(axes: [0]) }
            try expectGradients(at: [holes]) { $0[0].product() }
            try expectGradients(at: [holes]) { $0[0].cumulativeProduct() }
        }
    }

    @Test func countsNumbers() throws {
        try onEachDevice { () throws in
            let x = Tensor([Int32(0), 2, 2, 1])
            try expectValues(x.bincount(bins: 4), [1, 1, 2, 0], dtype: .int64)
            try expectValues(
                x.bincount(bins: 3, weights: [0.5, 1, 2, 4]), [0.5, 4, 3], dtype: .float32)
            #expect(throws: (any Error).self) { try x.bincount(bins: 2).evaluate() }
            expectFault(Tensor([0.5] as [Double]).bincount(bins: 2), "bincount", "float64")
        }
    }

    @Test func differencesMomentsCovariance() throws {
        try onEachDevice { () throws in
            let x = Tensor([1.0, 4, 9, 2, 2, 5] as [Double], shape: [2, 3])
            try expectValues(x.diff(), [3, 5, 0, 3], shape: [2, 2])
            try expectValues(x.diff(axis: 0), [1, -2, -4], shape: [1, 3])
            try expectValues(Tensor.zeros([1]).diff(), [], shape: [0])
            let (mean, variance) = x.moments(axes: [0])
            try expectValues(mean, [1.5, 3, 7])
            try expectValues(variance, [0.25, 1, 4])
            try expectValues(
                x.covariance(), [0.5, -1, -2, -1, 2, 4, -2, 4, 8], shape: [3, 3],
                tolerance: 1e-15)
            try expectGradients(at: [x]) { $0[0].covariance() }
            try expectGradients(at: [x, x + 1]) { $0[0].cosineSimilarity(to: $0[1]) }
            for kind in Norm.allCases {
                try expectGradients(at: [x]) { $0[0].norm(kind, axes: [0]) }
            }
        }
    }
}
