import KalsaeGraph
import KalsaeLayers
import KalsaeTensor

extension BenchOperation {
    /// Everything that is measured: sizes of the benchmark networks, and some that fill memory.
    static var all: [BenchOperation] {
        products + convolutions + pools + norms + attentions + rows + chains + reductions
            + movements
    }

    private static var products: [BenchOperation] {
        let plain: [(Int, Int, Int)] = [
            (32, 4, 8), (100, 784, 50), (128, 784, 256), (768, 128, 512), (256, 256, 256),
            (512, 512, 512), (1024, 1024, 1024),
        ]
        let stacked: [(Int, Int, Int, Int)] = [(48, 64, 32, 64), (48, 64, 64, 32)]
        return plain.map { m, k, n in
            BenchOperation("matmul", [[m, k], [k, n]], flops: product(m, k, n)) {
                [$0[0].matmul($0[1])]
            }
        }
            + [(100, 784, 50), (128, 784, 256), (768, 128, 512)].map { m, k, n in
                BenchOperation("matmul.left^T", [[m, k], [m, n]], flops: product(m, k, n)) {
                    [$0[0].matmul($0[1], transposeLeft: true)]
                }
            }
            + [(128, 256, 128), (768, 512, 128)].map { m, k, n in
                BenchOperation("matmul.right^T", [[m, k], [n, k]], flops: product(m, k, n)) {
                    [$0[0].matmul($0[1], transposeRight: true)]
                }
            }
            + stacked.map { batch, m, k, n in
                BenchOperation(
                    "matmul.stack", [[batch, m, k], [batch, k, n]],
                    flops: Double(batch) * product(m, k, n)
                ) { [$0[0].matmul($0[1])] }
            }
    }

    private static func product(_ m: Int, _ k: Int, _ n: Int) -> Double {
        2 * Double(m) * Double(k) * Double(n)
    }

    private static var convolutions: [BenchOperation] {
        let sizes: [(input: Shape, window: Int, filters: Int, padding: Int, stride: Int)] = [
            ([100, 28, 28, 1], 5, 30, 0, 1), ([100, 28, 28, 16], 3, 16, 1, 1),
            ([100, 14, 14, 32], 3, 32, 1, 1), ([100, 7, 7, 64], 3, 64, 1, 1),
            ([64, 32, 32, 16], 3, 16, 1, 1), ([64, 16, 16, 32], 3, 32, 1, 1),
            ([64, 8, 8, 64], 3, 64, 1, 1), ([64, 32, 32, 16], 3, 32, 1, 2),
        ]
        return sizes.flatMap { size -> [BenchOperation] in
            let kernel: Shape = [size.window, size.window, size.input[3], size.filters]
            let height = (size.input[1] + 2 * size.padding - size.window) / size.stride + 1
            let output: Shape = [size.input[0], height, height, size.filters]
            let perOutput = 2 * size.window * size.window * size.input[3]
            let flops = Double(output.elementCount) * Double(perOutput)
            let (padding, stride) = (size.padding, size.stride)
            let convolve: @Sendable (Tensor, Tensor) -> Tensor = { x, kernel in
                x.convolved(
                    with: kernel, strides: Pair(stride, stride), padding: Padding2D(all: padding))
            }
            return [
                BenchOperation("convolution", [size.input, kernel], flops: flops) {
                    [convolve($0[0], $0[1])]
                },
                BenchOperation("convolution.inputGradient", [output, kernel], flops: flops) {
                    let (slope, kernel) = ($0[0], $0[1])
                    let zeros = Tensor.zeros(size.input)
                    return [gradient(at: zeros) { (convolve($0, kernel) * slope).sum() }]
                },
                BenchOperation("convolution.weightGradient", [size.input, output], flops: flops) {
                    let (x, slope) = ($0[0], $0[1])
                    let zeros = Tensor.zeros(kernel)
                    return [gradient(at: zeros) { (convolve(x, $0) * slope).sum() }]
                },
            ]
        }
    }

    private static var pools: [BenchOperation] {
        let shapes: [Shape] = [[100, 24, 24, 30], [100, 28, 28, 16]]
        return shapes.flatMap { shape -> [BenchOperation] in
            let output: Shape = [shape[0], shape[1] / 2, shape[2] / 2, shape[3]]
            return [
                BenchOperation("maxPool", [shape]) { [$0[0].maxPooled(window: Pair(2, 2))] },
                BenchOperation("maxPool.gradient", [shape, output]) {
                    let slope = $0[1]
                    return [
                        gradient(at: $0[0]) { ($0.maxPooled(window: Pair(2, 2)) * slope).sum() }
                    ]
                },
                BenchOperation("averagePool", [shape]) {
                    [$0[0].averagePooled(window: Pair(2, 2))]
                },
            ]
        }
    }

    private static var norms: [BenchOperation] {
        let batches: [Shape] = [[128, 256], [64, 32, 32, 16], [64, 8, 8, 64]]
        return batches.flatMap { shape in
            [false, true].map {
                BenchOperation(layer: .batchNorm, "batchNorm", shape, gradient: $0)
            }
        }
            + [false, true].map {
                BenchOperation(layer: .layerNorm(), "layerNorm", [12, 64, 128], gradient: $0)
            }
    }

    /// Causal, with four heads; the gradients are those for all three operands.
    private static var attentions: [BenchOperation] {
        let shapes: [Shape] = [[12, 64, 128], [1, 1024, 128]]
        return shapes.flatMap { shape -> [BenchOperation] in
            let attend: @Sendable ([Tensor]) -> Tensor = {
                .scaledDotProductAttention($0[0], $0[1], $0[2], heads: 4, isCausal: true)
            }
            let operands = [shape, shape, shape]
            return [
                BenchOperation("attention", operands) { [attend($0)] },
                BenchOperation("attention.gradient", operands + [shape]) { tensors in
                    gradient(at: Array(tensors[..<3])) { (attend($0) * tensors[3]).sum() }
                },
            ]
        }
    }

    private static var rows: [BenchOperation] {
        let shapes: [Shape] = [[768, 65], [3072, 64], [1024, 1024]]
        return shapes.flatMap { shape in
            [
                BenchOperation("softmax", [shape]) { [$0[0].softmax()] },
                BenchOperation("softmax.gradient", [shape, shape]) {
                    let slope = $0[1]
                    return [gradient(at: $0[0]) { ($0.softmax() * slope).sum() }]
                },
            ]
        }
    }

    private static var chains: [BenchOperation] {
        let one: Shape = [1 << 20]
        let many: Shape = [1 << 24]
        return [
            BenchOperation("add", [one, one]) { [$0[0] + $0[1]] },
            BenchOperation("add", [many, many]) { [$0[0] + $0[1]] },
            BenchOperation("scale, shift, relu", [one, one, one]) {
                [($0[0] * $0[1] + $0[2]).relu()]
            },
            BenchOperation("add bias, relu", [[1024, 1024], [1024]]) { [($0[0] + $0[1]).relu()] },
            BenchOperation("exp", [one]) { [$0[0].exp()] },
            BenchOperation("tanh", [one]) { [$0[0].tanh()] },
            BenchOperation("gelu", [one]) { [$0[0].gelu()] },
            BenchOperation("adam", [one, one, one, one]) {
                let first = $0[2] * 0.9 + $0[1] * 0.1
                let second = $0[3] * 0.999 + $0[1] * $0[1] * 0.001
                return [$0[0] - first * 0.001 / (second.sqrt() + 1e-8), first, second]
            },
            BenchOperation("random", "\(one[0])") {
                [Tensor.uniform(one, key: RandomKey($0[0]))]
            } inputs: {
                [Tensor([Int64(0), 1, 2])]
            },
        ]
    }

    private static var reductions: [BenchOperation] {
        let square: Shape = [1024, 1024]
        return [
            BenchOperation("sum", [square]) { [$0[0].sum()] },
            BenchOperation("sum", [[1 << 24]]) { [$0[0].sum()] },
            BenchOperation("sum of rows", [square]) { [$0[0].sum(axes: [1])] },
            BenchOperation("sum of columns", [square]) { [$0[0].sum(axes: [0])] },
            BenchOperation("max of rows", [square]) { [$0[0].max(axes: [1])] },
            BenchOperation("argMax of rows", [square]) { [$0[0].argMax()] },
        ]
    }

    private static var movements: [BenchOperation] {
        [
            BenchOperation("transpose", [[1024, 1024]]) {
                [$0[0].transposed() + 1]
            },
            gather(entries: 65, width: 128, rows: 768, dtype: .float32),
            gather(entries: 60_000, width: 784, rows: 100, dtype: .uint8),
        ]
    }

    private static func gather(
        entries: Int, width: Int, rows: Int, dtype: DType
    ) -> BenchOperation {
        let bytes = Double(rows) * (2 * Double(width * dtype.byteSize) + 4)
        return BenchOperation(
            "gather", "\(dtype.rawValue) \(entries)x\(width) \(rows)", bytes: bytes
        ) {
            [$0[0].gathered(at: $0[1])]
        } inputs: {
            let shape: Shape = [entries, width]
            let key = RandomKey(seed: 0)
            let numbers = Tensor.uniform([rows], high: Double(entries), key: key)
            let table = Tensor.uniform(shape, high: 255, key: key).cast(to: dtype)
            return [table, numbers.cast(to: .int32)]
        }
    }
}
