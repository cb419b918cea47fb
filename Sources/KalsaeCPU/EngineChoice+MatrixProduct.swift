import CKalsaeKernels
import KalsaeGraph

extension EngineChoice {
    /// Measured speeds of one core (AVX-512; Sapphire Rapids for tiles), by which engines are compared.
    enum Rates {
        /// Operations of packed vectors, and of tiles with six products of limbs, in a nanosecond.
        static let vectorFlops = 128.0, tileFlops = 400.0
        /// Floats packed as limbs in a nanosecond, and what a product on tiles costs before it begins.
        static let limbedFloats = 4.0, tileOverhead = 20_000.0
        /// Numbers of `bfloat16` packed in a nanosecond: one limb in place of three; not measured alone.
        static let packedHalves = 12.0
        /// Multiply-adds of plain loops and of oneDNN on two threads in a microsecond, elements of a
        /// transposed right operand that plain loops pack, and what a call of oneDNN costs.
        static let loops = 35_000.0, library = 75_000.0, loopPacking = 2_000.0
        static let libraryCall = 1.5
        /// What it costs besides for a stack, which oneDNN divides among threads that may sleep.
        static let libraryStack = 8.0
    }

    /// Below this, packing costs more than it saves, and an epilogue too: a step of iris takes 3.6 us
    /// with its loops behind the products, and 4.2 inside of them.
    private static let fewestPackedFlops = 16_384.0

    /// The engine of a product; nil for bytes as left operand and for `bfloat16`, which only tiles read, if they do
    /// not pay.
    package func engine(_ sizes: ProductSizes, _ dtype: DType) -> Engine? {
        if sizes.isOfBFloat16 { return halvesPay(sizes) ? .amxTiles : nil }
        if sizes.flops == 0 { return .plainLoops }
        if isStackOfSmall(sizes) { return .plainLoops }
        if dtype == .float32 || sizes.leftIsBytes, isPacked(sizes) {
            if isRow(sizes) { return .plainLoops }
            if tilesPay(sizes) { return .amxTiles }
            if !sizes.leftIsBytes { return .packedVectors }
        }
        if sizes.leftIsBytes { return nil }
        return dtype == .float32 && !loopsEndFirst(sizes) ? .oneDNN : .plainLoops
    }

    /// Whether it is a stack of products each of which is too small to be packed: packing costs as
    /// much for each (16 x 16x32 by 32x2: 5 us packed, 2 us in plain loops), and a member of a stack
    /// has the sums that it has alone.
    private func isStackOfSmall(_ sizes: ProductSizes) -> Bool {
        sizes.batch > 1 && !sizes.leftIsBytes
            && sizes.flops < EngineChoice.fewestPackedFlops * Double(sizes.batch)
    }

    /// Whether packed kernels, on tiles or vectors, are faster than oneDNN.
    private func isPacked(_ sizes: ProductSizes) -> Bool {
        guard sizes.flops >= EngineChoice.fewestPackedFlops, isa >= .avx2,
            sizes.k <= Int(KLS_GEMM_K_MAX)
        else { return false }
        if sizes.batch > 1 { return sizes.k <= 1024 && sizes.m * sizes.k <= 512 * 512 }
        return Double(sizes.m) * Double(sizes.n) * Double(sizes.k) <= 512 * 512 * 512
    }

    /// Whether the left operand is one row: the right operand is read once, and to pack it would take as
    /// long as to multiply (8 x 1x128 by 128x128: 13 us packed, 6 us in plain loops).
    private func isRow(_ sizes: ProductSizes) -> Bool {
        sizes.m == 1 && !sizes.transposeRight && !sizes.leftIsBytes && sizes.n >= 32
    }

    /// Whether tiles read `bfloat16`: one product of limbs in place of six, whatever the size.
    private func halvesPay(_ sizes: ProductSizes) -> Bool {
        guard sizes.flops >= EngineChoice.fewestPackedFlops, !isStackOfSmall(sizes),
            sizes.k <= (sizes.batch > 1 ? 1024 : Int(KLS_GEMM_K_MAX))
        else { return false }
        return tilesPay(sizes)
    }

    /// A product on tiles takes its multiplications, the packing of both operands, and some
    /// microseconds.
    private func tilesPay(_ sizes: ProductSizes) -> Bool {
        guard isa == .amx, allowsLimbs else { return false }
        func rounded(_ size: Int, to unit: Int) -> Double {
            Double((size + unit - 1) / unit * unit)
        }
        let (m, columns) = (Double(sizes.m), rounded(sizes.n, to: 16))
        let k = rounded(sizes.k, to: 32)
        let vectors = 2 * m * columns * Double(sizes.k) / Rates.vectorFlops
        // One limb in place of three takes half of the products; two of them a sixth.
        let share = sizes.isOfBFloat16 ? 6.0 : sizes.leftIsBytes ? 2 : 1
        let tiles = 2 * m * columns * k / Rates.tileFlops / share
        // With split-K threads pack nothing twice.
        let splitsK = sizes.batch == 1 && sizes.k >= 8 * 32 && sizes.m * sizes.n <= 1 << 15
        var lines = Double(max(sizes.m, sizes.n) + (splitsK ? 1 : 2) * min(sizes.m, sizes.n))
        if sizes.leftIsBytes { lines -= Double(sizes.m * 2 / 3) }
        let rate = sizes.isOfBFloat16 ? Rates.packedHalves : Rates.limbedFloats
        return tiles + lines * k / rate + Rates.tileOverhead < vectors
    }

    /// Whether plain loops are done before a call of oneDNN would be. Four rows cost them as much as
    /// one, and eight columns too.
    func loopsEndFirst(_ sizes: ProductSizes) -> Bool {
        let (batch, n, k) = (Double(sizes.batch), Double(sizes.n), Double(sizes.k))
        var loops = Double(max(sizes.m, 4)) * Double(max(sizes.n, 8)) * k / Rates.loops
        if sizes.transposeRight, sizes.k != 1 { loops += n * k / Rates.loopPacking }
        let call = Rates.libraryCall + (sizes.batch > 1 ? Rates.libraryStack : 0)
        let library = call + batch * Double(sizes.m) * n * k / Rates.library
        return batch * loops <= library
    }
}
