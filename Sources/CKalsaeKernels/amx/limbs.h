// Limbs of floats, some vectors at a time: what packers and the product on tiles are made of.
#ifndef KLS_AMX_LIMBS_H
#define KLS_AMX_LIMBS_H

#include "layout.h"
#include "target.h"

#if KLS_HAS_AMX
typedef struct {
    __m512i limb[LIMBS];
} limbs;

// Raises the flags of special_values.h if a last limb is NaN or subnormal; for the others the
// subtractions did. As assembly, since a comparison that nobody reads would be left out.
INLINE void note_special(__m512 a, __m512 b) {
    __mmask16 unread;
    __asm__ volatile("vcmpltps %2, %1, %0" : "=Yk"(unread) : "v"(a), "v"(b));
}

// Limb i of two vectors of floats, which are left with the remainder: rounded to the upper half by adding
// half a unit of it. The last limb is exact.
INLINE void next_limb(__m512 *first, __m512 *second, const int i, __m512i *a, __m512i *b) {
    const __m512i half = _mm512_set1_epi32(0x8000), top = _mm512_set1_epi32((int)0xffff0000);
    *a = (__m512i)*first;
    *b = (__m512i)*second;
    if (i == LIMBS - 1) {
        note_special(*first, *second);
        return;
    }
    *a = _mm512_and_si512(_mm512_add_epi32(*a, half), top);
    *b = _mm512_and_si512(_mm512_add_epi32(*b, half), top);
    *first = _mm512_sub_ps(*first, (__m512)*a);
    *second = _mm512_sub_ps(*second, (__m512)*b);
}

// The upper halves of 32 floats: vectors of successive k to a row of a tile of A.
INLINE __m512i upper_halves(__m512i low, __m512i high) {
    static const _Alignas(64) uint16_t odd[2 * 16] = {
        1,  3,  5,  7,  9,  11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31,
        33, 35, 37, 39, 41, 43, 45, 47, 49, 51, 53, 55, 57, 59, 61, 63,
    };
    return _mm512_permutex2var_epi16(low, _mm512_load_si512(odd), high);
}

// The limbs of 32 floats of successive k, for a tile of A.
INLINE limbs dense_limbs(__m512 low, __m512 high) {
    limbs p;
    for (int i = 0; i < LIMBS; i++) {
        __m512i a, b;
        next_limb(&low, &high, i, &a, &b);
        p.limb[i] = upper_halves(a, b);
    }
    return p;
}

// The limbs of 16 pairs of floats, each pair side by side: two successive k of 16 columns of B.
INLINE limbs pair_limbs(__m512 first, __m512 second) {
    const __m512i top = _mm512_set1_epi32((int)0xffff0000);
    limbs p;
    for (int i = 0; i < LIMBS; i++) {
        __m512i a, b;
        next_limb(&first, &second, i, &a, &b);
        // (b & top) | a >> 16
        p.limb[i] = _mm512_ternarylogic_epi32(b, top, _mm512_srli_epi32(a, 16), 0xea);
    }
    return p;
}

INLINE __mmask16 first_lanes(int64_t count) {
    return (__mmask16)(count >= 16 ? 0xffff : count > 0 ? (1u << count) - 1 : 0);
}

// Limbs lie `distance` elements apart.
INLINE void store_limbs(bf16 *to, int64_t distance, limbs p) {
    for (int i = 0; i < LIMBS; i++) _mm512_storeu_si512(to + i * distance, p.limb[i]);
}

// Transposes 16 x 16 floats: pairs, then quadruples, then 128-bit lanes are interleaved.
INLINE void transpose16(__m512 v[16]) {
    __m512 w[16];
    for (int i = 0; i < 16; i += 2) {
        w[i] = _mm512_unpacklo_ps(v[i], v[i + 1]);
        w[i + 1] = _mm512_unpackhi_ps(v[i], v[i + 1]);
    }
    for (int i = 0; i < 16; i += 4)
        for (int j = 0; j < 2; j++) {
            const __m512d a = (__m512d)w[i + j], b = (__m512d)w[i + j + 2];
            v[i + 2 * j] = (__m512)_mm512_unpacklo_pd(a, b);
            v[i + 2 * j + 1] = (__m512)_mm512_unpackhi_pd(a, b);
        }
    for (int i = 0; i < 4; i++) {
        w[i] = _mm512_shuffle_f32x4(v[i], v[i + 4], 0x88);
        w[i + 4] = _mm512_shuffle_f32x4(v[i], v[i + 4], 0xdd);
        w[i + 8] = _mm512_shuffle_f32x4(v[i + 8], v[i + 12], 0x88);
        w[i + 12] = _mm512_shuffle_f32x4(v[i + 8], v[i + 12], 0xdd);
    }
    for (int i = 0; i < 4; i++) {
        v[i] = _mm512_shuffle_f32x4(w[i], w[i + 8], 0x88);
        v[i + 8] = _mm512_shuffle_f32x4(w[i], w[i + 8], 0xdd);
        v[i + 4] = _mm512_shuffle_f32x4(w[i + 4], w[i + 12], 0x88);
        v[i + 12] = _mm512_shuffle_f32x4(w[i + 4], w[i + 12], 0xdd);
    }
}

// Loads `rows` rows of up to 16 floats, `step` floats apart, as the columns of 16 registers.
INLINE void load_transposed(
    const float *from, int64_t step, int64_t rows, __mmask16 columns, __m512 to[16]
) {
    if (rows >= 16) {
        for (int i = 0; i < 16; i++) to[i] = _mm512_maskz_loadu_ps(columns, from + i * step);
    } else {
        for (int i = 0; i < 16; i++)
            to[i] = _mm512_maskz_loadu_ps(i < rows ? columns : 0, from + i * step);
    }
    transpose16(to);
}

#endif

#endif
