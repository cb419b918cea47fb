// Packs an operand into limbs while the tiles multiply: a state machine that a product advances by a
// register or two in each of its rounds, so that the vector units work beside the tiles.
//
//                   k_stride == 1                      vector_stride == 1
//     A   32 floats of a row -> a row of limbs    16 x 16 transposed, pairs of k interleaved
//     B   16 x 16 transposed, pairs interleaved   two rows k, k + 1 -> a row of pairs
#ifndef KLS_AMX_PACKER_H
#define KLS_AMX_PACKER_H

#include <stdbool.h>

#include "../limbs.h"

enum { PACK_STEPS_MAX = 2 };         // steps in a round of products, at most

// An operand is a set of vectors of length K: the rows of A, or the columns of B. A block has up to AMX_BLOCK
// of them, and its K blocks are contiguous. Bytes, of A only, and bfloat16 have one limb and are packed a
// tile a step.
typedef struct packer {
    const char *from;
    int64_t element_size;            // 4, 2 for bfloat16, or 1 for bytes
    int64_t vector_stride, k_stride; // in elements; one of them is 1
    int64_t vectors, width, depth;   // vectors in all and of a block, indices of k
    int64_t prefetch_distance;       // elements
    bool is_a;
    bf16 *to;
    int64_t k_blocks, block_size;    // of each block
    int64_t k_block_size;
    struct packer *next;             // the packer that follows, or NULL
    // Resume state: how many K blocks remain; the current one, and which half (AMX_ROWS vectors) of it.
    int64_t remaining, block, k_block, half;
    int64_t at, end, step;           // registers of the half, and bytes of the source between them
    int64_t used;                    // vectors, or indices of k, that are not padding
    const char *source;
    bf16 *target;
    uint16_t low, high;              // masks of lanes
    _Alignas(64) float transposed[AMX_K * AMX_ROWS];
} packer;

// Sets the source, the target and the masks of the half block that the resume state names.
void kls_packer_begin(packer *packer);
// Moves on to the next half block.
void kls_packer_next(packer *packer);
// Packs all that remains, also of the packers that follow.
void kls_packer_finish(packer *packer);
// The next tile of bytes or bfloat16.
void kls_packer_bytes(packer *packer);
void kls_packer_halves(packer *packer);

#if KLS_HAS_AMX
// Packs the next register or two; some must remain.
INLINE void packer_step(packer *p) {
    if (p->element_size < 4) {
        if (p->element_size == 1) kls_packer_bytes(p);
        else kls_packer_halves(p);
        return;
    }
    const int64_t limb = 2 * AMX_TILE, at = p->at++;
    const float *from = (const float *)p->source;
    __m512 *const transposed = (__m512 *)p->transposed;
    if (p->k_stride == 1 && p->is_a) {
        const __m512 low = _mm512_maskz_loadu_ps(p->low, from);
        const __m512 high = _mm512_maskz_loadu_ps(p->high, from + 16);
        store_limbs(p->target, limb, dense_limbs(low, high));
        __builtin_prefetch(from + p->prefetch_distance, 0, 2);
        __builtin_prefetch(from + p->prefetch_distance + 16, 0, 2);
    } else if (p->k_stride != 1 && !p->is_a) {
        const __mmask16 even = 2 * at < p->used ? p->low : 0;
        const __mmask16 odd = 2 * at + 1 < p->used ? p->low : 0;
        const __m512 first = _mm512_maskz_loadu_ps(even, from);
        const __m512 second = _mm512_maskz_loadu_ps(odd, from + p->k_stride);
        store_limbs(p->target, limb, pair_limbs(first, second));
        __builtin_prefetch(from + p->prefetch_distance, 0, 2);
        __builtin_prefetch(from + p->k_stride + p->prefetch_distance, 0, 2);
    } else if (at >= 2) {
        const __m512 *const first = p->is_a ? transposed + at - 2 : transposed + 2 * (at - 2);
        store_limbs(p->target, limb, pair_limbs(*first, first[p->is_a ? 16 : 1]));
    } else {
        // The first two steps transpose 16 x 16 floats each; those behind them take limbs of these.
        if (p->is_a)
            load_transposed(
                from, 2 * p->k_stride, (p->used + 1 - at) / 2, p->low, transposed + at * 16);
        else
            load_transposed(
                from, p->vector_stride, p->used, at == 0 ? p->low : p->high, transposed + at * 16);
        const int64_t step = p->is_a ? 2 * p->k_stride : p->vector_stride;
        for (int i = 0; i < 16; i++) __builtin_prefetch(from + i * step + p->prefetch_distance, 0, 2);
        p->source += p->step;
        return;
    }
    p->source += p->step;
    p->target += AMX_K;
    if (p->at == p->end) kls_packer_next(p);
}
#endif

#endif
