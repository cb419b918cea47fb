import KalsaeGraph
import KalsaeTensor
import KalsaeTesting
import Testing

/// Whatever whole numbers a user passes, the answer is a tensor or a fault, never a trap.
@Suite struct ArgumentFuzzTests {
    typealias Call = @Sendable (Tensor, Int, Int) -> [Tensor]

    static let calls: [(name: String, call: Call)] = [
        ("reshaped", { x, a, b in [x.reshaped(to: [a, b]), x.reshaped(to: [-1, a, b])] }),
        ("broadcast", { x, a, b in [x.broadcast(to: [a, b]), x.sum().broadcast(to: [a, b])] }),
        (
            "axes",
            { x, a, b in
                [
                    x.transposed(permutation: [a, b]), x.swappingAxes(a, b),
                    x.reversed(axes: [a, b]),
                    x.sum(axes: [a, b]), x.max(axes: [a]), x.argMax(axis: a),
                    x.cumulativeSum(axis: a), x.cumulativeMaximum(axis: a),
                    x.movedAxis(from: a, to: b), x.flattened(from: a, to: b), x.softmax(axis: a),
                    x.median(axis: a), x.diff(axis: a), x.cumulativeProduct(axis: a),
                    x.norm(axes: [a]),
                    x.variance(axes: [a], correction: b), x.glu(axis: a), x.moments(axes: [b]).mean,
                    x.cosineSimilarity(to: x, axis: a), x.logSumExp(axes: [a, b]),
                    x.dot(x, axis: a),
                ]
            }
        ),
        (
            "padded",
            { x, a, b in
                [
                    x.padded(low: [a, 0], high: [0, b]), x.padded(low: [a], high: [b]),
                ] + PaddingMode.allCases.map { x.padded(low: [a, 0], high: [0, b], mode: $0) }
            }
        ),
        (
            "subscript",
            { x, a, b in
                [
                    x[a], x[a, b], x[a...], x[..<a], x[...a], x[.ellipsis, a],
                    x.sliced([.range(start: a, end: b, step: 1)]),
                    x.sliced([.range(start: a, end: nil, step: b)]),
                    x.sliced([.range(start: nil, end: a, step: b), .at(a)]),
                ] + (a <= b && b != .max ? [x[a..<b], x[a...b]] : [])
            }
        ),
        (
            "indices",
            { x, a, b in
                [x.expandingShape(at: a), x.squeezingShape(at: a), Tensor.stack([x, x], axis: a)]
                    + [Tensor.concatenate([x, x], axis: a)] + x.split(sizes: [a, b], axis: 0)
                    + x.split(sizes: [1, 2], axis: a)
            }
        ),
        (
            "gather",
            { x, a, b in
                let indices = Tensor([Int64(a), Int64(b)])
                return [
                    x.gathered(at: indices), x.gathered(at: indices, axis: a),
                    x.scatterAdding(x[..<2], at: indices),
                    x.scattering(x[..<2], at: indices, axis: b),
                    x.taken(along: indices.reshaped(to: [2, 1]), axis: 1),
                    x.taken(along: indices.reshaped(to: [2, 1]), axis: a),
                    indices.oneHot(classes: a < 100 ? a : 3),
                    indices.bincount(bins: b < 100 ? b : 4),
                ]
            }
        ),
        ("sorting", { x, a, b in [x.topK(a).values, x.topK(b).indices, x.quantile(Double(a))] }),
        (
            "repetition",
            { x, a, b in
                [
                    x.tiled([a, b]), x.tiled([a, 1, b]), x.repeated(a, axis: b),
                    x.rolled(by: a, axis: b),
                ]
                    + [x.rolled(by: a), x.reshaped(to: [1, 3, 4, 1]).upsampled(by: Pair(a, b))]
                    + [x.reshaped(to: [1, 3, 4, 1]).interpolated(by: Pair(a, b))]
            }
        ),
        (
            "composed movement",
            { x, a, b in
                x.chunked(into: a, axis: b < 2 ? b : 0).prefix(3) + x.unstacked(axis: a)
                    + [
                        x.unflattened(axis: a, into: [b, -1]),
                        x.unflattened(axis: 0, into: [a, b]),
                    ]
            }
        ),
        (
            "triangles",
            { x, a, b in
                [x.tril(a), x.triu(a), x.diagonal(offset: a), x.slidingWindows(size: a, stride: b)]
                    + [x.slidingWindows(size: 1, stride: a, axis: b)]
            }
        ),
        (
            "images",
            { x, a, b in
                let image = x.reshaped(to: [1, 3, 4, 1])
                let kernel = Tensor.ones([2, 2, 1, 1])
                let padding = Padding2D(top: a, bottom: b, left: 0, right: 0)
                return [
                    image.convolved(with: kernel, strides: Pair(a, b)),
                    image.convolved(with: kernel, padding: padding),
                    image.convolved(with: kernel, dilations: Pair(a, b)),
                    image.convolved(with: kernel, groups: a), image.maxPooled(window: Pair(a, b)),
                    image.maxPooled(window: Pair(2, 2), strides: Pair(a, b)),
                    image.averagePooled(window: Pair(2, 2), padding: padding),
                ]
            }
        ),
        (
            "creation",
            { _, a, b in
                [
                    Tensor.zeros([a, b]), Tensor.arange(a), Tensor.eye(a, columns: b),
                    Tensor.arange(from: Double(a), to: Double(b), by: 0x1p60),
                    Tensor.linspace(from: 0, to: 1, count: a), Tensor.full([a], 1, dtype: .uint8),
                    Tensor.normal([a, b], key: RandomKey(seed: a, stream: b, step: a)),
                    Tensor.randomIntegers(
                        [2], in: Swift.min(a, b)..<Swift.max(a, b), key: RandomKey(seed: 1)),
                    Tensor.lowerTriangularMask(rows: a, columns: 2, diagonal: b),
                    Tensor.randomPermutation(a, key: RandomKey(seed: b).stream(a)),
                ]
            }
        ),
    ]

    static let numbers: [Int] = [
        .min, .min + 1, -(1 << 44), -5, -3, -2, -1, 0, 1, 2, 3, 4, 1 << 44, .max - 1, .max,
    ]

    @Test(arguments: calls.map(\.name)) func isAnsweredWithoutATrap(_ name: String) throws {
        let x = Tensor((0..<12).map { Float($0) }, shape: [3, 4])
        for entry in Self.calls where entry.name == name {
            for a in Self.numbers {
                for b in Self.numbers {
                    // Small answers are computed as well; what data can show is an error.
                    for result in entry.call(x, a, b) where result.fault == nil {
                        if result.count < 1000 { _ = try? result.evaluate() }
                    }
                }
            }
        }
    }
}
