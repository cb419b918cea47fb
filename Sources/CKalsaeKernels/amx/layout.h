// How float32 operands lie in memory for AMX tiles of bfloat16.
//
// A float32 is the sum of three bfloat16 numbers, its limbs (8 bits of the significand each), and a
// product of two floats is the sum of the six products of limbs that matter, added in float32:
//
//     a * b ~ a2 b0 + a1 b1 + a0 b2 + a1 b0 + a0 b1 + a0 b0        (a0 the highest limb)
//
// Terms that are left out are below 2^-24 of the product: as exact as multiply-adds of floats. Follows
// Henry, Tang and Heinecke, "Leveraging the bfloat16 Artificial Intelligence Datatype for
// Higher-Precision Computations" (2019); XLA calls it BF16_BF16_F32_X6.
//
// A block is 32 vectors (rows of A or columns of B) by one K block of 32 indices of k. It is stored as two
// tiles of 16 vectors for each of its limbs: 6 contiguous tiles of 1 KiB.
//
//     tile of A: 16 rows, each 32 bfloat16 of successive k
//     tile of B: 16 rows, each of one pair k, k + 1: 16 columns x 2 bfloat16 (VNNI order)
#ifndef KLS_AMX_LAYOUT_H
#define KLS_AMX_LAYOUT_H

#include <stdint.h>

#include "../isa/integers.h"

typedef uint16_t bf16;               // the bits of a bfloat16

enum {
    LIMBS = 3,
    AMX_K = 32,                      // indices of k that one tile instruction adds: a K block
    AMX_ROWS = 16,                   // rows of a tile at most, and columns of floats
    AMX_BLOCK = 2 * AMX_ROWS,        // rows and columns of C that kls_amx_block makes at most
    AMX_TILE = AMX_ROWS * AMX_K,     // elements of a tile
    LIMB_BLOCK = LIMBS * 2 * AMX_TILE,  // elements of a block of one K block
    SINGLE_BLOCK = 2 * AMX_TILE,     // the same for bytes and bfloat16, of which one limb is all
};

#endif
