// Floats as parts, some vectors at a time: what loops that split them, and the matrix unit's own loop,
// are made of.
#ifndef KLS_AMX_LIMBS_H
#define KLS_AMX_LIMBS_H

#include "tile.h"
#include "target.h"

#if SPLIT_HAS_UNIT
typedef struct {
    __m512i part[SPLIT_PARTS];
} parts;

// Raises the flags that special.h speaks of if a last limb is NaN or subnormal; for the others the
// subtractions did. As assembly, since a comparison that nobody reads would be left out.
INLINE void inspect(__m512 a, __m512 b) {
    __mmask16 unread;
    __asm__ volatile("vcmpltps %2, %1, %0" : "=Yk"(unread) : "v"(a), "v"(b));
}

// Two vectors of numbers, each rounded to its upper half by adding half a unit, what is left rounded
// again, and what is then left. The last part fits without rounding.
INLINE void split_next(__m512 *first, __m512 *second, const int i, __m512i *a, __m512i *b) {
    const __m512i half = _mm512_set1_epi32(0x8000), top = _mm512_set1_epi32((int)0xffff0000);
    *a = (__m512i)*first;
    *b = (__m512i)*second;
    if (i == SPLIT_PARTS - 1) {
        inspect(*first, *second);
        return;
    }
    *a = _mm512_and_si512(_mm512_add_epi32(*a, half), top);
    *b = _mm512_and_si512(_mm512_add_epi32(*b, half), top);
    *first = _mm512_sub_ps(*first, (__m512)*a);
    *second = _mm512_sub_ps(*second, (__m512)*b);
}

// The upper halves of 32 numbers one behind the other.
INLINE __m512i upper_halves(__m512i low, __m512i high) {
    static const _Alignas(64) uint16_t places[2 * 16] = {
        1,  3,  5,  7,  9,  11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31,
        33, 35, 37, 39, 41, 43, 45, 47, 49, 51, 53, 55, 57, 59, 61, 63,
    };
    return _mm512_permutex2var_epi16(low, _mm512_load_si512(places), high);
}

// 32 floats one behind the other.
INLINE parts split(__m512 low, __m512 high) {
    parts p;
    for (int i = 0; i < SPLIT_PARTS; i++) {
        __m512i a, b;
        split_next(&low, &high, i, &a, &b);
        p.part[i] = upper_halves(a, b);
    }
    return p;
}

// The parts of 16 pairs side by side.
INLINE parts split_pairs(__m512 first, __m512 second) {
    const __m512i top = _mm512_set1_epi32((int)0xffff0000);
    parts p;
    for (int i = 0; i < SPLIT_PARTS; i++) {
        __m512i a, b;
        split_next(&first, &second, i, &a, &b);
        // (b & top) | a >> 16
        p.part[i] = _mm512_ternarylogic_epi32(b, top, _mm512_srli_epi32(a, 16), 0xea);
    }
    return p;
}

INLINE __mmask16 first_of(int64_t count) {
    return (__mmask16)(count >= 16 ? 0xffff : count > 0 ? (1u << count) - 1 : 0);
}

INLINE void store_parts(split_part *to, int64_t part, parts p) {
    for (int i = 0; i < SPLIT_PARTS; i++) _mm512_storeu_si512(to + i * part, p.part[i]);
}

// Rows and columns of a square of 16 x 16 exchanged.
INLINE void turn16(__m512 v[16]) {
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

// A square of 16 x 16, of which there are `lines` lines and the columns of the mask, turned.
INLINE void load_turned(
    const float *from, int64_t step, int64_t lines, __mmask16 columns, __m512 to[16]
) {
    if (lines >= 16) {
        for (int i = 0; i < 16; i++) to[i] = _mm512_maskz_loadu_ps(columns, from + i * step);
    } else {
        for (int i = 0; i < 16; i++)
            to[i] = _mm512_maskz_loadu_ps(i < lines ? columns : 0, from + i * step);
    }
    turn16(to);
}

// The next floats of a feed, of which some are left.
INLINE void feed_next(split_feed *f) {
    if (f->size == 1) {
        kls_split_bytes(f);
        return;
    }
    const int64_t part = 2 * SPLIT_TILE, at = f->at++;
    const float *from = (const float *)f->source;
    __m512 *const turned = (__m512 *)f->turned;
    if (f->place == 1 && f->is_left) {
        const __m512 low = _mm512_maskz_loadu_ps(f->low, from);
        const __m512 high = _mm512_maskz_loadu_ps(f->high, from + 16);
        store_parts(f->target, part, split(low, high));
        __builtin_prefetch(from + f->ahead, 0, 2);
        __builtin_prefetch(from + f->ahead + 16, 0, 2);
    } else if (f->place != 1 && !f->is_left) {
        const __mmask16 even = 2 * at < f->used ? f->low : 0, odd = 2 * at + 1 < f->used ? f->low : 0;
        const __m512 first = _mm512_maskz_loadu_ps(even, from);
        const __m512 second = _mm512_maskz_loadu_ps(odd, from + f->place);
        store_parts(f->target, part, split_pairs(first, second));
        __builtin_prefetch(from + f->ahead, 0, 2);
        __builtin_prefetch(from + f->place + f->ahead, 0, 2);
    } else if (at >= 2) {
        const __m512 *const first = f->is_left ? turned + at - 2 : turned + 2 * (at - 2);
        store_parts(f->target, part, split_pairs(*first, first[f->is_left ? 16 : 1]));
    } else {
        // First two squares turned.
        if (f->is_left)
            load_turned(
                from, 2 * f->place, (f->used + 1 - at) / 2, f->low, turned + at * 16);
        else
            load_turned(from, f->line, f->used, at == 0 ? f->low : f->high, turned + at * 16);
        const int64_t step = f->is_left ? 2 * f->place : f->line;
        for (int i = 0; i < 16; i++) __builtin_prefetch(from + i * step + f->ahead, 0, 2);
        f->source += f->step;
        return;
    }
    f->source += f->step;
    f->target += SPLIT_CHUNK;
    if (f->at == f->end) kls_split_turn(f);
}
#endif

#endif
