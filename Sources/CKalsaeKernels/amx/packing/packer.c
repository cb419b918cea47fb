// The resume state of packers, and their steps for bytes and bfloat16.
#include "packer.h"

#include <stddef.h>

#if KLS_HAS_AMX
// Vectors of the current block.
static int64_t vectors_of(const packer *p) {
    const int64_t rest = p->vectors - p->block * p->width;
    return rest < p->width ? rest : p->width;
}

TARGET void kls_packer_begin(packer *p) {
    const int64_t k = p->k_block * AMX_K, depth = p->depth - k;
    const int64_t vector = p->half * AMX_ROWS, left = vectors_of(p) - vector;
    const int64_t vectors = left < AMX_ROWS ? left : AMX_ROWS;
    const bool k_is_dense = p->k_stride == 1;
    p->at = 0;
    p->source = p->from;
    p->source +=
        ((p->block * p->width + vector) * p->vector_stride + k * p->k_stride) * p->element_size;
    p->target = p->to + p->block * p->block_size + p->k_block * p->k_block_size + p->half * AMX_TILE;
    p->low = first_lanes(k_is_dense ? depth : vectors);
    p->high = first_lanes(depth - AMX_ROWS);
    p->used = k_is_dense ? vectors : depth;
    if (k_is_dense && p->is_a && p->element_size == 4) {
        // Both tiles of a block at once, since they are contiguous.
        p->half = 1;
        p->end = left;
        p->step = p->vector_stride;
    } else if (k_is_dense || p->is_a) {
        p->end = AMX_ROWS + 2;
        p->step = k_is_dense ? AMX_ROWS : p->k_stride;
    } else {
        p->end = AMX_ROWS;
        p->step = 2 * p->k_stride;
    }
    p->step *= p->element_size;
}

// In the order of memory: along K first where K is dense, along the vectors otherwise.
void kls_packer_next(packer *p) {
    if (p->half++ > 0 || vectors_of(p) <= AMX_ROWS) {
        p->half = 0;
        p->remaining--;
        if (p->k_stride == 1 && ++p->k_block == p->k_blocks) {
            p->k_block = 0;
            p->block++;
        } else if (p->k_stride != 1 && ++p->block * p->width >= p->vectors) {
            p->block = 0;
            p->k_block++;
        }
    }
    if (p->remaining > 0) kls_packer_begin(p);
}

// 16 bytes as floats: their upper halves are exact.
INLINE __m512i load_bytes(const char *from, __mmask16 mask) {
    return (__m512i)_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(mask, from)));
}

// Pairs of two such vectors, side by side.
INLINE __m512i pair_bytes(__m512i first, __m512i second) {
    return _mm512_or_si512(_mm512_srli_epi32(first, 16), second);
}

TARGET void kls_packer_bytes(packer *p) {
    const int64_t used = p->used;
    if (p->k_stride == 1) {
        // Successive k lie side by side already.
        for (int64_t i = 0; i < used; i++) {
            const char *const vector = p->source + i * p->vector_stride;
            const __m512i low = load_bytes(vector, p->low), high = load_bytes(vector + 16, p->high);
            _mm512_storeu_si512(p->target + i * AMX_K, upper_halves(low, high));
        }
    } else {
        __m512 pairs[16];
        for (int64_t i = 0; i < 16; i++) {
            const char *const row = p->source + 2 * i * p->k_stride;
            const __mmask16 even = 2 * i < used ? p->low : 0;
            const __mmask16 odd = 2 * i + 1 < used ? p->low : 0;
            pairs[i] = (__m512)pair_bytes(
                load_bytes(row, even), load_bytes(row + p->k_stride, odd));
        }
        transpose16(pairs);
        for (int64_t i = 0; i < 16; i++)
            _mm512_storeu_si512(p->target + i * AMX_K, (__m512i)pairs[i]);
    }
    kls_packer_next(p);
}

// 16 bfloat16 as lanes of 32 bits.
INLINE __m512i load_halves(const char *from, __mmask16 mask) {
    return _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, from));
}

TARGET void kls_packer_halves(packer *p) {
    const bool k_is_dense = p->k_stride == 1;
    const int64_t row = 2 * (k_is_dense ? p->vector_stride : 2 * p->k_stride);
    const __mmask32 dense = p->low | (__mmask32)p->high << 16;
    __m512 pairs[16];
    for (int64_t i = 0; i < 16; i++) {
        const char *const from = p->source + i * row;
        if (k_is_dense) {
            pairs[i] = (__m512)_mm512_maskz_loadu_epi16(i < p->used ? dense : 0, from);
            continue;
        }
        const __mmask16 even = 2 * i < p->used ? p->low : 0;
        const __mmask16 odd = 2 * i + 1 < p->used ? p->low : 0;
        pairs[i] = (__m512)_mm512_or_si512(
            load_halves(from, even),
            _mm512_slli_epi32(load_halves(from + 2 * p->k_stride, odd), 16));
    }
    // Rows of A are of successive k, rows of B of one pair of k.
    if (k_is_dense != p->is_a) transpose16(pairs);
    for (int64_t i = 0; i < 16; i++)
        _mm512_storeu_si512(p->target + i * AMX_K, (__m512i)pairs[i]);
    kls_packer_next(p);
}

TARGET void kls_packer_finish(packer *p) {
    for (; p != NULL; p = p->next)
        while (p->remaining > 0) packer_step(p);
}

#else
void kls_packer_begin(packer *p) {}
void kls_packer_next(packer *p) {}
void kls_packer_finish(packer *p) {}
void kls_packer_bytes(packer *p) {}
void kls_packer_halves(packer *p) {}
#endif
