import KalsaeCPU
import KalsaeGraph
import Testing

/// Which engine runs a product at each ISA level: the table of `EngineChoice`.
@Suite struct EngineChoiceTests {
    struct Row: Sendable {
        var m: Int, k: Int, n: Int
        var batch = 1
        var left = DType.float32, right = DType.float32
        var scalar: Engine?, avx2: Engine?
        var amx: Engine?
    }

    static let rows: [Row] = [
        // The two-layer net: large enough to pack; tiles pay where there are any.
        Row(m: 100, k: 784, n: 50, scalar: .oneDNN, avx2: .packedVectors, amx: .amxTiles),
        Row(m: 128, k: 768, n: 512, scalar: .oneDNN, avx2: .packedVectors, amx: .amxTiles),
        // Iris: done before a call has begun.
        Row(m: 16, k: 4, n: 8, scalar: .plainLoops, avx2: .plainLoops, amx: .plainLoops),
        // Beyond 512 cubed, and beyond the longest K, the library.
        Row(m: 1024, k: 1024, n: 1024, scalar: .oneDNN, avx2: .oneDNN, amx: .oneDNN),
        Row(m: 128, k: 5000, n: 256, scalar: .oneDNN, avx2: .oneDNN, amx: .oneDNN),
        // Bytes are read on tiles, or cast before.
        Row(m: 512, k: 784, n: 256, left: .uint8, scalar: nil, avx2: nil, amx: .amxTiles),
        // Halves are multiplied on tiles, however many they are, or made floats before.
        Row(m: 1024, k: 1024, n: 1024, left: .bfloat16, right: .bfloat16, amx: .amxTiles),
        Row(m: 64, k: 1024, n: 256, batch: 4, left: .bfloat16, right: .bfloat16, amx: .amxTiles),
        Row(m: 64, k: 2048, n: 256, batch: 4, left: .bfloat16, right: .bfloat16),
        Row(m: 128, k: 5000, n: 256, left: .bfloat16, right: .bfloat16),
        Row(m: 16, k: 4, n: 8, left: .bfloat16, right: .bfloat16),
        Row(m: 9, k: 0, n: 9, left: .bfloat16, right: .bfloat16),
        // A stack: as long as a panel of K stays on a thread's stack.
        Row(
            m: 64, k: 128, n: 64, batch: 4, scalar: .oneDNN, avx2: .packedVectors,
            amx: .packedVectors),
        Row(m: 64, k: 2048, n: 64, batch: 2, scalar: .oneDNN, avx2: .oneDNN, amx: .oneDNN),
        // Members of a stack that are too small to be packed, as each alone.
        Row(
            m: 16, k: 32, n: 2, batch: 64, scalar: .plainLoops, avx2: .plainLoops,
            amx: .plainLoops),
        // One row packs nothing; one of a few columns is no different from others.
        Row(
            m: 1, k: 128, n: 128, batch: 8, scalar: .oneDNN, avx2: .plainLoops, amx: .plainLoops),
        Row(m: 1, k: 784, n: 1000, scalar: .oneDNN, avx2: .plainLoops, amx: .plainLoops),
        // Types that only plain loops know.
        Row(
            m: 256, k: 256, n: 256, left: .float64, right: .float64, scalar: .plainLoops,
            avx2: .plainLoops, amx: .plainLoops),
        Row(m: 9, k: 0, n: 9, scalar: .plainLoops, avx2: .plainLoops, amx: .plainLoops),
    ]

    @Test(arguments: rows) func engine(_ row: Row) {
        let sizes = ProductSizes(
            MatrixProductParameters(), left: TensorType(row.left, [row.batch, row.m, row.k]),
            right: TensorType(row.right, [row.batch, row.k, row.n]))
        func engine(_ isa: InstructionSet, limbs: Bool = true) -> Engine? {
            EngineChoice(isa: isa, allowsLimbs: limbs).engine(sizes, row.right)
        }
        #expect(engine(.scalar) == row.scalar)
        #expect(engine(.avx2) == row.avx2)
        #expect(engine(.avx512) == row.avx2)
        #expect(engine(.amx) == row.amx)
        // Without limbs an AMX processor is one with AVX-512.
        #expect(engine(.amx, limbs: false) == row.avx2)
    }

    @Test func loopsWakeThreadsThatHaveWork() {
        let most = 16
        #expect(EngineChoice.threads(forLoop: 99_999, of: most) == 1)
        #expect(EngineChoice.threads(forLoop: 100_000, of: most) == 2)
        #expect(EngineChoice.threads(forLoop: 400_000, of: most) == 8)
        #expect(EngineChoice.threads(forLoop: 1e9, of: most) == 16)
        #expect(EngineChoice.threads(forLoop: 1e9, of: 1) == 1)
    }
}
