// A block of C = A B on AMX tiles, of operands that lie as layout.h says.
//
//                       tmm6   tmm7       B: 16 pairs of k x 16 columns each
//                     +------+------+
//     A: 16 rows tmm4 | tmm0 | tmm1 |     C: up to 32 x 32 float32, in tiles for all of K
//     x 32 k     tmm5 | tmm2 | tmm3 |
//                     +------+------+
//
// A round is one limb of A by one of B: four TDPBF16PS of 16 x 16 x 32. A K block of floats takes six
// rounds, from the smallest products of limbs to the largest, and changes one operand's limb at a time,
// which makes 7 loads of two tiles; bytes by floats take three rounds, bfloat16 by bfloat16 one. While the
// tiles multiply, each round packs a vector or two of what comes next and prefetches some lines. Follows
// the chapter on AMX of
// Intel's optimization reference manual (248966).
#ifndef KLS_AMX_BLOCK_H
#define KLS_AMX_BLOCK_H

#include <stdbool.h>

#include "layout.h"

struct packer;

enum { PREFETCH_STREAMS_MAX = 4 };

// Rows of memory to prefetch.
typedef struct {
    const char *at;
    int64_t row, rows;               // bytes from row to row, and rows that remain
    int64_t bytes, done;             // of a row
} prefetch_stream;

// Distances count elements. The sums run over segments of `k_blocks` K blocks; in each, A begins at its
// own start, while B goes on.
typedef struct {
    const bf16 *b;
    int64_t b_tile, b_k_block, b_limb;
    int64_t a_row, a_k_block, a_limb;
    int64_t a_lower, c_lower;        // from the first row of the upper tiles to that of the lower ones
    int64_t columns, c_row;
    int64_t k_blocks, segments;
    const int64_t *starts;
    bool accumulates;                // C += A B
    int rounds;                      // of a K block: 6, 3 where A has one limb, 1 where both have
    const float *bias;               // NULL, or a row that the sums begin with
    struct packer *packer;           // NULL, or what is packed meanwhile
    int64_t pack_steps;              // in a round, 1 ... PACK_STEPS_MAX
    prefetch_stream prefetches[PREFETCH_STREAMS_MAX];
    int prefetched, prefetch_count;  // streams that are done, and all
    int prefetch_lines;              // cache lines in a round
    int32_t configured;              // what the tiles are configured for; 0 at first
} amx_block;

// Sets columns and distances for a B that kls_pack_b_limbs packed, one K block behind the other.
static inline void amx_set_b(amx_block *block, int64_t columns) {
    const int64_t tiles = columns > AMX_ROWS ? 2 : 1;
    block->columns = columns;
    block->b_tile = AMX_TILE;
    block->b_limb = tiles * AMX_TILE;
    block->b_k_block = LIMBS * tiles * AMX_TILE;
}

// Whether the ISA level in force has AMX.
bool kls_amx_available(void);

// Makes (upper + lower) x columns elements of C, up to AMX_ROWS rows in each of the two; nothing else is
// written.
void kls_amx_block(amx_block *block, const bf16 *a, float *c, int upper, int lower);
// To be called when a thread has run its blocks: configured tiles slow down switches of threads.
void kls_amx_release(void);

#endif
