import KalsaeGraph
import KalsaeSupport
import KalsaeTensor
import Testing

/// Functions of a `[2, 3]` and a `[3]` that no other test differentiates.
let arrangementCases: [(String, @Sendable (Tensor, Tensor) -> Tensor)] = [
    ("tril", { x, _ in x.tril().square() }), ("triu", { x, _ in x.triu(-1).square() }),
    ("diagonal", { x, _ in x.diagonal(offset: 1).square() }),
    ("diagonalMatrix", { x, _ in x.diagonalMatrix().matmul(x.reshaped(to: [2, 3, 1])) }),
    ("trace", { x, _ in x.matmul(x, transposeRight: true).trace() }),
    ("tiled", { x, y in x.tiled([2, 1]) * y }), ("repeated", { x, _ in x.repeated(3).cube() }),
    ("rolled", { x, _ in x * x.rolled(by: 1) }), ("diff", { x, _ in x.diff().square() }),
    ("meshgrid", { x, y in Tensor.meshgrid([x[0], y]).reduce(y[0]) { $0 * $1 } }),
    ("movedAxis", { x, y in x.movedAxis(from: 0, to: 1) * y.reshaped(to: [3, 1]) }),
    ("unflattened", { x, y in x.unflattened(axis: 1, into: [3, 1]).flattened(from: 1) * y }),
    ("chunked", { x, _ in x.chunked(into: 2, axis: 1)[0].square() }),
    ("unstacked", { x, y in x.unstacked()[1] * y }),
    ("scattering", { x, y in x.scattering(y.square(), at: Tensor([Int32(1)])[0]) * x }),
    ("slidingWindows", { x, y in x.slidingWindows(size: 2).square() * y[0] }),
    ("upsampled", { x, _ in x.reshaped(to: [1, 2, 3, 1]).upsampled(by: Pair(2, 1)).cube() }),
    ("interpolated", { x, _ in x.reshaped(to: [1, 2, 3, 1]).interpolated(by: Pair(2, 3)).cube() }),
    ("bincount", { x, _ in Tensor([Int32(0), 2, 2]).bincount(bins: 3, weights: x[1]).cube() }),
    ("quantile", { x, _ in x.quantile(0.3).square() }),
    ("minMax", { x, _ in x.minMax(axes: [0]).min * x.minMax(axes: [0]).max }),
    ("normalized", { x, y in x.normalized(.l1) * y }),
    ("moments", { x, _ in x.moments(axes: [0]).mean * x.moments(axes: [0]).variance }),
    ("linear", { x, y in x.linear(y.outer(y), bias: y) }),
    ("dot along an axis", { x, y in x.dot(y, axis: 1) }),
]

/// Masks, repetition, padding, windows: values by hand, borders, faults.
@Suite struct ArrangementTests {
    let x = Tensor((1...6).map(Double.init), shape: [2, 3])

    @Test(arguments: arrangementCases.indices) func gradients(_ index: Int) throws {
        try onEachDevice { () throws in
            let (name, function) = arrangementCases[index]
            let y = Tensor([1.5, -0.5, 2] as [Double])
            for order in 1...2 {
                let report = try checkGradient(
                    of: { function($0[0], $0[1]) }, at: [x, y], order: order)
                let limit = order == 1 ? 1e-7 : 1e-5
                #expect(report.largestRelativeError < limit, "\(name): \(report)")
                #expect(report.inputs.contains { $0.slope != 0 }, "\(name): no slope")
            }
        }
    }

    @Test func triangles() throws {
        try onEachDevice { () throws in
            try expectValues(x.tril(), [1, 0, 0, 4, 5, 0], shape: [2, 3])
            try expectValues(x.triu(1), [0, 2, 3, 0, 0, 6], shape: [2, 3])
            try expectValues(x.tril(.max), [1, 2, 3, 4, 5, 6], shape: [2, 3])
            try expectValues(x.tril(.min), [0, 0, 0, 0, 0, 0], shape: [2, 3])
            try expectValues(x.triu(.min), [1, 2, 3, 4, 5, 6], shape: [2, 3])
            try expectValues(x.triu(.max), [0, 0, 0, 0, 0, 0], shape: [2, 3])
            // What is masked may be anything.
            try expectValues(
                Tensor([1, .nan, 2, 3.0] as [Double], shape: [2, 2]).tril(), [1, 0, 2, 3],
                shape: [2, 2])
            expectFault(Tensor.zeros([3]).tril(), "tril", "[3]", "ArrangementTests.swift")
        }
    }

    @Test func diagonals() throws {
        try onEachDevice { () throws in
            try expectValues(x.diagonal(), [1, 5])
            try expectValues(x.diagonal(offset: 2), [3])
            try expectValues(x.diagonal(offset: -1), [4])
            try expectValues(x.diagonal(offset: 3), [], shape: [0])
            try expectValues(x.diagonal(offset: .min + 1), [], shape: [0])
            try expectValues(x.trace(), [6], shape: [])
            try expectValues(
                slope(x) { $0.diagonal(offset: 1) }, [0, 1, 0, 0, 0, 1], shape: [2, 3])
            try expectValues(
                Tensor([.infinity, 2.0] as [Double]).diagonalMatrix(), [.infinity, 0, 0, 2],
                shape: [2, 2])
        }
    }

    @Test func oneHotRefusesOtherClasses() throws {
        try onEachDevice { () throws in
            let labels = Tensor([UInt8(2), 0])
            try expectValues(
                labels.oneHot(classes: 3), [0, 0, 1, 1, 0, 0], shape: [2, 3],
                dtype: .float32)
            #expect(throws: KalsaeError.self) { try labels.oneHot(classes: 2).evaluate() }
            try expectValues(Tensor([Int32]()).oneHot(classes: 3), [], shape: [0, 3])
            expectFault(x.oneHot(classes: 3), "oneHot", "whole numbers")
        }
    }

    @Test func takingRefusesOtherPositions() throws {
        try onEachDevice { () throws in
            let indices = Tensor([Int32(2), 0], shape: [2, 1])
            try expectValues(x.taken(along: indices), [3, 4], shape: [2, 1])
            for wrong: Int32 in [3, -1] {
                let beyond = Tensor([wrong, 0], shape: [2, 1])
                #expect(throws: KalsaeError.self) { try x.taken(along: beyond).evaluate() }
            }
        }
    }

    @Test func repetitions() throws {
        try onEachDevice { () throws in
            let row = Tensor([1.0, 2] as [Double])
            try expectValues(row.tiled([2, 2]), [1, 2, 1, 2, 1, 2, 1, 2], shape: [2, 4])
            try expectValues(row.tiled([0]), [], shape: [0])
            try expectValues(row.repeated(2), [1, 1, 2, 2])
            try expectValues(x.repeated(2, axis: 1)[0], [1, 1, 2, 2, 3, 3])
            try expectValues(
                row.reshaped(to: [1, 1, 2, 1]).upsampled(by: Pair(2, 2)),
                [1, 1, 2, 2, 1, 1, 2, 2], shape: [1, 2, 4, 1])
            try expectValues(
                row.reshaped(to: [1, 1, 2, 1]).interpolated(by: Pair(1, 2)),
                [1, 1.25, 1.75, 2], shape: [1, 1, 4, 1])
            try expectValues(x.rolled(by: 1), [3, 1, 2, 6, 4, 5], shape: [2, 3])
            try expectValues(x.rolled(by: -4), [2, 3, 1, 5, 6, 4], shape: [2, 3])
            try expectValues(x.rolled(by: .min, axis: 0), [1, 2, 3, 4, 5, 6], shape: [2, 3])
            expectFault(row.tiled([-1]), "tiled", "-1")
            expectFault(row.repeated(.max), "repeated")
            let grid = Tensor.meshgrid([row, Tensor([3.0, 4, 5] as [Double])])
            try expectValues(grid[0], [1, 1, 1, 2, 2, 2], shape: [2, 3])
            try expectValues(grid[1], [3, 4, 5, 3, 4, 5], shape: [2, 3])
        }
    }

    @Test func composedMovement() throws {
        try onEachDevice { () throws in
            let cube = x.reshaped(to: [1, 2, 3])
            #expect(cube.movedAxis(from: 0, to: -1).shape == [2, 3, 1])
            try expectValues(cube.movedAxis(from: 2, to: 1)[0, 1], [2, 5])
            #expect(cube.flattened(from: 1).shape == [1, 6])
            #expect(cube.unflattened(axis: 2, into: [-1, 1]).shape == [1, 2, 3, 1])
            #expect(x.chunked(into: 2, axis: 1).map(\.shape) == [[2, 2], [2, 1]])
            try expectValues(x.unstacked(axis: 1)[2], [3, 6])
            expectFault(x.chunked(into: 3)[0], "chunked", "3 parts")
            expectFault(x.flattened(from: 1, to: 0), "flattened", "1, 0")
            expectFault(x.unflattened(axis: 1, into: [2, -1]), "reshape")
            let indices = Tensor([Int32(1), 1])
            let updates = Tensor([1.0, 2, 3, 10, 20, 30] as [Double], shape: [2, 3])
            try expectValues(
                x.scattering(updates, at: indices), [1, 2, 3, 11, 22, 33], shape: [2, 3])
        }
    }

    @Test func paddingModes() throws {
        try onEachDevice { () throws in
            let row = Tensor([1.0, 2, 3] as [Double])
            func pad(_ mode: PaddingMode) -> Tensor { row.padded(low: [2], high: [4], mode: mode) }
            try expectValues(pad(.edge), [1, 1, 1, 2, 3, 3, 3, 3, 3])
            try expectValues(pad(.reflect), [3, 2, 1, 2, 3, 2, 1, 2, 3])
            try expectValues(pad(.circular), [2, 3, 1, 2, 3, 1, 2, 3, 1])
            let one = Tensor([7.0] as [Double])
            for mode in PaddingMode.allCases {
                try expectValues(one.padded(low: [1], high: [1], mode: mode), [7, 7, 7])
                try expectGradients(at: [x]) {
                    $0[0].padded(low: [1, 2], high: [0, 1], mode: mode)
                }
                expectFault(Tensor.zeros([0]).padded(low: [1], high: [0], mode: mode), "padded")
            }
            try expectValues(slope(row) { $0.padded(low: [1], high: [0], mode: .edge) }, [2, 1, 1])
        }
    }

    @Test func windows() throws {
        try onEachDevice { () throws in
            let row = Tensor([1.0, 2, 3, 4, 5] as [Double])
            try expectValues(
                row.slidingWindows(size: 3, stride: 2), [1, 2, 3, 3, 4, 5], shape: [2, 3])
            try expectValues(
                row.slidingWindows(size: 5, stride: .max), [1, 2, 3, 4, 5],
                shape: [1, 5])
            #expect(x.slidingWindows(size: 2, axis: 0).shape == [1, 2, 3])
            try expectValues(slope(row) { $0.slidingWindows(size: 2) }, [1, 2, 2, 2, 1])
            expectFault(row.slidingWindows(size: 6), "slidingWindows", "5")
        }
    }

    @Test func rangesFromBehindEndAtTheEnd() throws {
        try onEachDevice { () throws in
            let row = Tensor([1.0, 2, 3, 4] as [Double])
            try expectValues(row[-2..<0], [3, 4])
            try expectValues(row[-3..<(-1)], [2, 3])
            try expectValues(row[0...(.max)], [1, 2, 3, 4])
            try expectValues(row[stride(from: -1, to: 0, by: 1)], [4])
            try expectValues(row[stride(from: -4, to: 0, by: 2)], [1, 3])
            try expectValues(row[stride(from: 3, to: -1, by: -2)], [4, 2])
        }
    }

    @Test func evenlySpacedNumbers() throws {
        try onEachDevice { () throws in
            let line = try Tensor.linspace(from: -0.3, to: 0.7, count: 50).values()
            #expect(line.first == -0.3 && line.last == 0.7 && line.count == 50)
            try expectValues(Tensor.arange(from: 1e300, to: 0), [], shape: [0])
            try expectValues(
                Tensor.linspace(from: 0, to: 9, count: 4, dtype: .int32), [0, 3, 6, 9])
        }
    }
}
