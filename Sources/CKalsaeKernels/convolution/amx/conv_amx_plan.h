// Convolutions of float32 on AMX tiles (amx/block.h), as an implicit GEMM:
//
//     C[pixels x out channels] = A[pixels x K] B[K x out channels],   K = (kernel rows, taps x channels)
//
// The rows of an image are made limbs of as they lie, once for a strip of output rows. The windows of
// neighboring outputs overlap in them, so a tile of A is 16 windows of a row of outputs: its rows begin one
// output apart, and a row of the kernel is a segment of K. No im2col is written. B, the weights, is packed
// in blocks of 32 output channels.
//
//     image row, limbs   ....[  window x    ]........
//                        .......[  window x + 1  ]...    rows of the tile, stride_x * channels apart
#ifndef KLS_CONVOLUTION_CONV_AMX_PLAN_H
#define KLS_CONVOLUTION_CONV_AMX_PLAN_H

#include "../../gemm/epilogue.h"
#include "../conv_offsets.h"
#include "kls_conv_gemm.h"
#include "../max_pool/max_pool_fusion.h"

typedef struct conv_amx {
    kls_conv_gemm_spec spec;
    const conv_offsets *offsets;
    const epilogue *epilogue;
    const max_pool_fusion *pool;
    int64_t images, n, k;            // n: output channels
    int64_t panels, k_blocks;        // of output channels, and of a segment
    int64_t line;                    // elements between rows of limbs
    int64_t strip, strips;           // output rows of a task, and tasks of an image
    int64_t *starts;
} conv_amx;

#endif
