import KalsaeGraph
import KalsaeReference
import KalsaeTensor
import Testing

/// The primitive of attention against attention made of other operations in `float64`.
@Suite struct AttentionTests {
    struct Sizes: Sendable {
        var queries: Int, keys: Int, heads = 2, size = 3
        var isCausal = true
    }

    static let rows = [
        Sizes(queries: 5, keys: 5), Sizes(queries: 3, keys: 6), Sizes(queries: 6, keys: 3),
        Sizes(queries: 40, keys: 70, heads: 1, size: 17),
        Sizes(queries: 90, keys: 40, heads: 3, size: 8),
        Sizes(queries: 33, keys: 64, heads: 2, size: 40, isCausal: false),
    ]

    @Test(arguments: rows) func valueAndGradientsOfAllOrders(_ row: Sizes) throws {
        let features = row.heads * row.size
        let inputs = [
            Tensor.normal([2, row.queries, features], key: RandomKey(seed: 3)),
            Tensor.normal([2, row.keys, features], key: RandomKey(seed: 4)),
            Tensor.normal([2, row.keys, features], key: RandomKey(seed: 5)),
        ]
        let parameters = AttentionParameters(
            heads: row.heads, isCausal: row.isCausal, scale: 0.6)
        try onEachDevice { () throws in
            let results = try derivatives(inputs) { .apply(.attention(parameters), $0) }
            let expected = try derivatives(inputs.map { $0.cast(to: .float64) }) {
                parameters.composed($0)
            }
            for (got, wanted) in zip(results, expected) {
                let scale = try wanted.abs().max().item()
                let error = try (got.cast(to: .float64) - wanted).abs().max().item()
                #expect(error <= 4e-6 * scale, "\(got.shape): \(error) of \(scale)")
            }
        }
    }

    /// The value, the three first gradients and the three second ones.
    private func derivatives(
        _ inputs: [Tensor], _ attention: ([Tensor]) -> Tensor
    ) throws -> [Tensor] {
        func loss(_ tensors: [Tensor]) -> Tensor { attention(tensors).square().sum() }
        let first = gradient(at: inputs, of: loss)
        let second = gradient(at: inputs) { tensors in
            let slopes = gradient(at: tensors, of: loss)
            return slopes.reduce(Tensor.zeros([], dtype: inputs[0].dtype)) {
                $0 + $1.square().sum()
            }
        }
        return [attention(inputs)] + first + second
    }

    /// What the primitive cannot do is composed.
    @Test func plainAttentionIsOneInstruction() throws {
        func names(_ x: Tensor, mask: Tensor? = nil) throws -> [String] {
            let result = Tensor.scaledDotProductAttention(x, x, x, heads: 2, mask: mask)
            return try result.graph().nodes.map(\.primitive.name)
        }
        let x = Tensor.ones([2, 4, 6])
        #expect(try names(x).last == "attention")
        #expect(try !names(x).contains("matmul"))
        #expect(try !names(x.cast(to: .float64)).contains("attention"))
        #expect(try !names(x, mask: .ones([4, 4], dtype: .bool)).contains("attention"))
    }

    @Test func teaches() {
        let (x, y) = (Tensor.ones([2, 3, 4]), Tensor.ones([2, 5, 4]))
        func fault(_ tensor: Tensor, _ words: String) {
            expectFault(tensor, "attention: expected", words)
        }
        fault(.scaledDotProductAttention(x, y, x), "[2, 3, 4], [2, 5, 4] and [2, 3, 4]")
        fault(.scaledDotProductAttention(x, y[..<1], y[..<1]), "keys and values")
        fault(.scaledDotProductAttention(x, y, y, heads: 3), "3 heads, 4 features")
        fault(.scaledDotProductAttention(x, y, y, heads: 0), "0 heads")
        fault(.scaledDotProductAttention(x, y, y, scale: .nan), "a finite scale, got nan")
        let wide = x.cast(to: .float64)
        fault(.scaledDotProductAttention(wide, wide, wide, heads: 3), "3 heads")
        fault(
            .scaledDotProductAttention(x, x, x, mask: .ones([3, 5], dtype: .bool)),
            "broadcasts to [2, 1, 3, 3], got bool[3, 5]")
        fault(.scaledDotProductAttention(x, x, x, mask: .ones([3, 3])), "a mask of bool")
    }
}
