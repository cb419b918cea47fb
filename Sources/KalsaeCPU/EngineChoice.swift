/// Which ``Engine`` runs a matrix product or a convolution, decided here and nowhere else: kernels say what
/// they support, and are built as they are told.
///
/// The first row that fits, with what was measured for it (the ledger of `Documentation/Performance.md`).
///
/// Matrix products (`EngineChoice+MatrixProduct.swift`):
///
/// | engine | ISA | shapes | because |
/// |---|---|---|---|
/// | AMX tiles, bf16 limbs | amx | `float32` or bytes x `float32`; K ≤ 4,608; ``Rates`` say that tiles and packing take less than vectors | "sums begin with the bias", 768x128x128: 114 us on vectors, 70 on tiles |
/// | AMX tiles, `bfloat16` | amx | both operands `bfloat16`; K ≤ 4,608, in a stack 1,024; as above | "products of bfloat16 on the AMX tiles" |
/// | packed vectors | avx2, avx512 | `float32`; from 16,384 operations on; K ≤ 4,608; one matrix of at most 512³, in a stack K ≤ 1,024 and A of at most 512² | "own packed float32 products": 97 % of one core's peak at 128x784x256, where oneDNN on both gets 70 % |
/// | plain loops | all | any type; where they end before oneDNN's call has begun (``Rates``) | "packed loops for small products too", 100x50x10: a call costs 1.5 us |
/// | oneDNN | all | `float32` | 391 to 426 of 448 GFLOP/s at 512³ and 1,024³ |
/// | plain loops | all | any other type | the only ones |
///
/// Convolutions (`EngineChoice+Convolution.swift`). Without vectors of 8 floats none is packed:
///
/// | operation | engine | ISA | shapes | because |
/// |---|---|---|---|---|
/// | forward, with max pooling or without, and input gradient | AMX tiles, bf16 limbs | amx | as for packed vectors, and ``ConvolutionRates`` say that tiles and packing take less | "products, convolutions and gradients of kernels on the AMX tiles": deepconvnet 23,366 us, 17,171 with tiles |
/// | the same | packed vectors | avx2, avx512 | `float32`; one group; at least 8 output channels; K ≤ 1,280; for the gradient stride 1 | "own convolutions (forward, both gradients) in place of oneDNN": convnet 5,001 us, 3,563 with them |
/// | max pooling inside | packed vectors or tiles | avx2, avx512, amx | windows cover the output without overlap; a row of them fits the cache | "the largest elements of windows taken inside of the convolution": convnet 3,473 us, 2,590 with it |
/// | weight gradient | AMX tiles, bf16 limbs | amx | as for packed vectors; stride 1; an image fits; ``ConvolutionRates`` | "gradient of a kernel ... as shifts of rows": 26 us an image |
/// | the same | packed vectors | avx2, avx512 | `float32`; one group; at least 8 output channels | "own convolutions (forward, both gradients)" |
/// | weight gradient by argmax | packed vectors | avx512, amx | at most 4 input channels; stride 1; kernels of up to 5x5; windows of up to 2 rows | "both gradients, which become one": 921 us, 219 with it; with vectors of 32 bytes 2,706 |
/// | weight gradient of oneDNN from a padded copy | oneDNN | all | padding of more than half a window | its fast kernels refuse such padding |
/// | any | oneDNN | all | `float32` | its kernels know groups, strides and dilation |
/// | any | plain loops | all | any other type; nothing to multiply; no kernel of oneDNN's | the only ones |
///
/// An epilogue, a pooling or bytes as left operand need an own kernel on vectors or tiles; where none fits,
/// lowering keeps ops apart.
package struct EngineChoice {
    /// The best instructions that may be used.
    package var isa: InstructionSet
    /// Whether floats may be multiplied as limbs on tiles (the pass `limbs`).
    package var allowsLimbs: Bool

    /// Makes a choice for a level.
    package init(isa: InstructionSet, allowsLimbs: Bool = true) {
        self.isa = isa
        self.allowsLimbs = allowsLimbs
    }

    /// The choice under the level and the passes in force.
    static var current: EngineChoice {
        EngineChoice(isa: .current, allowsLimbs: CPUPass.limbs.isEnabled)
    }
}
