import KalsaeCPU
import KalsaeGraph
import Testing

/// Which engine runs a convolution at each ISA level: the table of `EngineChoice`.
@Suite struct ConvolutionEngineTests {
    struct Row: Sendable {
        var task: ConvolutionTask
        var input: Shape, kernel: Shape
        var padding = 0, stride = 1, dilation = 1, groups = 1
        var dtype = DType.float32
        var scalar: Engine? = .oneDNN
        var avx2: Engine?
        /// As on AVX2, unless told otherwise.
        var avx512: Engine??
        var amx: Engine?
    }

    static let rows: [Row] = [
        // deepconvnet: on vectors 2 * 784 * 32 * 288 / 128 = 113 us an image; on tiles 48 us and
        // 31 lines of 960 floats, 12 us.
        Row(
            task: .forward, input: [100, 28, 28, 32], kernel: [3, 3, 32, 32], padding: 1,
            avx2: .packedVectors, amx: .amxTiles),
        Row(
            task: .inputGradient, input: [100, 28, 28, 32], kernel: [3, 3, 32, 32], padding: 1,
            avx2: .packedVectors, amx: .amxTiles),
        // 16x16x32 to 32: 37 us on vectors; 288 pixels with padding, 18 us on tiles and 7 for packing.
        Row(
            task: .weightGradient, input: [64, 16, 16, 32], kernel: [3, 3, 32, 32], padding: 1,
            avx2: .packedVectors, amx: .amxTiles),
        // convnet: K = 5 rows of 5, which tiles fill up to 32: 7 us on vectors, 20 on tiles.
        Row(
            task: .forward, input: [100, 28, 28, 1], kernel: [5, 5, 1, 30], avx2: .packedVectors,
            amx: .packedVectors),
        Row(
            task: .weightGradient, input: [100, 28, 28, 1], kernel: [5, 5, 1, 30],
            avx2: .packedVectors, amx: .packedVectors),
        Row(
            task: .maxPool(window: Pair(2, 2)), input: [100, 28, 28, 1], kernel: [5, 5, 1, 30],
            scalar: nil, avx2: .packedVectors, amx: .packedVectors),
        Row(
            task: .argmaxWeightGradient(window: Pair(2, 2)), input: [100, 28, 28, 1],
            kernel: [5, 5, 1, 30], scalar: nil, avx2: nil, avx512: .some(.packedVectors),
            amx: .packedVectors),
        // Five input channels are too many for it, three window rows too.
        Row(
            task: .argmaxWeightGradient(window: Pair(2, 2)), input: [9, 14, 14, 4],
            kernel: [3, 3, 4, 16], scalar: nil, avx2: nil, avx512: .some(.packedVectors),
            amx: .packedVectors),
        Row(
            task: .argmaxWeightGradient(window: Pair(2, 2)), input: [9, 14, 14, 5],
            kernel: [3, 3, 5, 16], scalar: nil),
        Row(
            task: .argmaxWeightGradient(window: Pair(3, 3)), input: [9, 14, 14, 1],
            kernel: [3, 3, 1, 16], scalar: nil),
        // Windows that do not cover the output.
        Row(
            task: .maxPool(window: Pair(5, 5)), input: [9, 14, 14, 1], kernel: [3, 3, 1, 16],
            scalar: nil),
        // Fewer than 8 output channels; for an input gradient those of the input.
        Row(
            task: .forward, input: [9, 8, 8, 16], kernel: [3, 3, 16, 7], avx2: .oneDNN,
            amx: .oneDNN),
        Row(
            task: .weightGradient, input: [9, 8, 8, 16], kernel: [3, 3, 16, 7], avx2: .oneDNN,
            amx: .oneDNN),
        Row(
            task: .inputGradient, input: [9, 8, 8, 7], kernel: [3, 3, 7, 16], avx2: .oneDNN,
            amx: .oneDNN),
        // K = 9 * 142 = 1,278, and 1,287; a weight gradient has no such limit.
        Row(
            task: .forward, input: [1, 5, 5, 142], kernel: [3, 3, 142, 8], avx2: .packedVectors,
            amx: .packedVectors),
        Row(
            task: .forward, input: [1, 5, 5, 143], kernel: [3, 3, 143, 8], avx2: .oneDNN,
            amx: .oneDNN),
        Row(
            task: .inputGradient, input: [1, 5, 5, 8], kernel: [3, 3, 8, 143], avx2: .oneDNN,
            amx: .oneDNN),
        Row(
            task: .weightGradient, input: [1, 5, 5, 143], kernel: [3, 3, 143, 8],
            avx2: .packedVectors, amx: .packedVectors),
        // Strides: the input gradient and tiles of the weight gradient do without them.
        Row(
            task: .inputGradient, input: [9, 17, 17, 32], kernel: [3, 3, 32, 32], stride: 2,
            avx2: .oneDNN, amx: .oneDNN),
        Row(
            task: .weightGradient, input: [64, 33, 33, 32], kernel: [3, 3, 32, 32], stride: 2,
            avx2: .packedVectors, amx: .packedVectors),
        Row(
            task: .forward, input: [9, 8, 8, 16], kernel: [3, 3, 8, 16], groups: 2, avx2: .oneDNN,
            amx: .oneDNN),
        Row(
            task: .forward, input: [9, 8, 8, 16], kernel: [3, 3, 16, 16], dtype: .float64,
            scalar: .plainLoops, avx2: .plainLoops, amx: .plainLoops),
        Row(
            task: .forward, input: [0, 8, 8, 16], kernel: [3, 3, 16, 16], scalar: .plainLoops,
            avx2: .plainLoops, amx: .plainLoops),
    ]

    @Test(arguments: rows) func engine(_ row: Row) throws {
        let parameters = ConvolutionParameters(
            strides: Pair(row.stride, row.stride), padding: Padding2D(all: row.padding),
            dilations: Pair(row.dilation, row.dilation), groups: row.groups)
        let output = try Primitive.convolution(parameters).resultType(of: [
            TensorType(row.dtype, row.input), TensorType(row.dtype, row.kernel),
        ])
        let sizes = ConvolutionSizes(
            parameters: parameters, input: row.input, kernel: row.kernel, output: output.shape)
        func engine(_ isa: InstructionSet, limbs: Bool = true) -> Engine? {
            EngineChoice(isa: isa, allowsLimbs: limbs).engine(row.task, sizes, row.dtype)
        }
        let avx512 = row.avx512 ?? row.avx2
        #expect(engine(.scalar) == row.scalar)
        #expect(engine(.avx2) == row.avx2)
        #expect(engine(.avx512) == avx512)
        #expect(engine(.amx) == row.amx)
        // Without limbs an AMX processor is one with AVX-512.
        #expect(engine(.amx, limbs: false) == avx512)
    }
}
