// Floats as parts in the order of the matrix unit's tiles.
#include "split.h"
#include "split_target.h"

#if SPLIT_HAS_UNIT
typedef struct {
    __m512i part[SPLIT_PARTS];
} parts;

INLINE __m512 widened(__m256i bits) {
    return (__m512)_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16);
}

// 32 floats, each rounded to a bfloat16, what is left rounded again, and what is then left.
INLINE parts split(__m512 low, __m512 high) {
    parts p;
    for (int i = 0; i < SPLIT_PARTS; i++) {
        p.part[i] = (__m512i)_mm512_cvtne2ps_pbh(high, low);
        low = _mm512_sub_ps(low, widened(_mm512_castsi512_si256(p.part[i])));
        high = _mm512_sub_ps(high, widened(_mm512_extracti64x4_epi64(p.part[i], 1)));
    }
    return p;
}

// The parts of 16 pairs side by side. Rounds by adding half a unit, which needs no shuffles; the last
// part fits without rounding.
INLINE parts split_pairs(__m512 first, __m512 second) {
    const __m512i half = _mm512_set1_epi32(0x8000), top = _mm512_set1_epi32((int)0xffff0000);
    parts p;
    for (int i = 0; i < SPLIT_PARTS; i++) {
        __m512i a = (__m512i)first, b = (__m512i)second;
        if (i < SPLIT_PARTS - 1) {
            a = _mm512_and_si512(_mm512_add_epi32(a, half), top);
            b = _mm512_and_si512(_mm512_add_epi32(b, half), top);
            first = _mm512_sub_ps(first, (__m512)a);
            second = _mm512_sub_ps(second, (__m512)b);
        }
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

TARGET void kls_split_line(const float *from, int64_t count, split_part *to, int64_t part) {
    int64_t at = 0;
    for (; at + SPLIT_CHUNK <= count; at += SPLIT_CHUNK)
        store_parts(
            to + at, part, split(_mm512_loadu_ps(from + at), _mm512_loadu_ps(from + at + 16)));
    if (at == count) return;
    const __mmask16 low = first_of(count - at), high = first_of(count - at - 16);
    store_parts(
        to + at, part,
        split(_mm512_maskz_loadu_ps(low, from + at), _mm512_maskz_loadu_ps(high, from + at + 16)));
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

TARGET void kls_split_rows(
    const float *from, int64_t row, int64_t column, int64_t rows, int64_t depth, split_part *to
) {
    const int64_t part = 2 * SPLIT_TILE;
    if (column == 1) {
        for (int64_t r = 0; r < rows; r++)
            kls_split_line(from + r * row, depth, to + r * SPLIT_CHUNK, part);
        return;
    }
    for (int64_t r = 0; r < rows; r += 16) {
        const __mmask16 mask = first_of(rows - r);
        __m512 even[16], odd[16];
        load_turned(from + r, 2 * column, (depth + 1) / 2, mask, even);
        load_turned(from + r + column, 2 * column, depth / 2, mask, odd);
        for (int i = 0; i < 16; i++)
            store_parts(to + (r + i) * SPLIT_CHUNK, part, split_pairs(even[i], odd[i]));
    }
}

TARGET void kls_split_columns(
    const float *from, int64_t row, int64_t column, int64_t depth, int64_t columns,
    split_part *to
) {
    const int64_t tiles = columns > SPLIT_SIDE ? 2 : 1, part = tiles * SPLIT_TILE;
    for (int64_t tile = 0; tile < tiles; tile++, to += SPLIT_TILE) {
        const __mmask16 mask = first_of(columns - tile * SPLIT_SIDE);
        const float *square = from + tile * SPLIT_SIDE * column;
        __m512 turned[32];
        if (column != 1) {
            const __mmask16 low = first_of(depth), high = first_of(depth - 16);
            const int64_t lines = columns - tile * SPLIT_SIDE;
            load_turned(square, column, lines, low, turned);
            load_turned(square + 16 * row, column, lines, high, turned + 16);
        }
        for (int64_t i = 0; i < SPLIT_CHUNK; i += 2) {
            __m512 first, second;
            if (column == 1) {
                first = _mm512_maskz_loadu_ps(i < depth ? mask : 0, square + i * row);
                second = _mm512_maskz_loadu_ps(i + 1 < depth ? mask : 0, square + (i + 1) * row);
            } else {
                first = turned[i];
                second = turned[i + 1];
            }
            store_parts(to + i * SPLIT_SIDE, part, split_pairs(first, second));
        }
    }
}

// Where the pixels of SPLIT_CHUNK places lie; NULL for zeros.
INLINE void find_pixels(const split_pixels *p, int64_t first, const float *at[SPLIT_CHUNK]) {
    int64_t y = first / p->pitch - p->top, x = first % p->pitch - p->left;
    for (int64_t i = 0; i < SPLIT_CHUNK;) {
        // Places alike: up to the image's edge, or the end of the line.
        const bool inside = y >= 0 && y < p->lines && x >= 0 && x < p->width;
        const int64_t edge = inside ? p->width : x < 0 ? 0 : p->pitch - p->left;
        const int64_t end = i + edge - x < SPLIT_CHUNK ? i + edge - x : SPLIT_CHUNK;
        const float *from = p->from + y * p->line + (x - i) * p->row;
        x += end - i;
        for (; i < end; i++) at[i] = inside ? from + i * p->row : NULL;
        if (x < p->pitch - p->left) continue;
        x = -p->left;
        y++;
    }
}

INLINE __m512 load_pixel(const float *at, int64_t channel, __mmask16 mask) {
    return at == NULL ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(mask, at + channel);
}

TARGET void kls_split_pixels(
    const split_pixels *pixels, int64_t chunks, int64_t channels, split_part *to, int64_t tile,
    int64_t part
) {
    for (int64_t chunk = 0; chunk < chunks; chunk++, to += SPLIT_TILE) {
        const float *at[SPLIT_CHUNK];
        find_pixels(pixels, chunk * SPLIT_CHUNK, at);
        for (int64_t c = 0; c < channels; c += SPLIT_SIDE) {
            const __mmask16 mask = first_of(channels - c);
            for (int i = 0; i < SPLIT_CHUNK; i += 2)
                store_parts(
                    to + c / SPLIT_SIDE * tile + i * SPLIT_SIDE, part,
                    split_pairs(load_pixel(at[i], c, mask), load_pixel(at[i + 1], c, mask)));
        }
    }
}

TARGET void kls_split_shift(const split_part *from, int64_t chunks, split_part *to) {
    __m512i pair = _mm512_loadu_si512(from);
    for (int64_t i = 1; i <= chunks * SPLIT_SIDE; i++) {
        const bool inside = i < chunks * SPLIT_SIDE;
        const __m512i next =
            inside ? _mm512_loadu_si512(from + i * SPLIT_CHUNK) : _mm512_setzero_si512();
        _mm512_storeu_si512(
            to + (i - 1) * SPLIT_CHUNK,
            _mm512_or_si512(_mm512_srli_epi32(pair, 16), _mm512_slli_epi32(next, 16)));
        pair = next;
    }
}

TARGET void kls_split_channels(
    const split_pixels *pixels, int64_t chunks, int64_t channels, split_part *to
) {
    for (int64_t chunk = 0; chunk < chunks; chunk++, to += SPLIT_UNIT) {
        const float *at[SPLIT_CHUNK];
        find_pixels(pixels, chunk * SPLIT_CHUNK, at);
        for (int64_t c = 0; c < channels; c += 16) {
            const __mmask16 mask = first_of(channels - c);
            __m512 even[16], odd[16];
            for (int i = 0; i < 16; i++) {
                even[i] = load_pixel(at[2 * i], c, mask);
                odd[i] = load_pixel(at[2 * i + 1], c, mask);
            }
            turn16(even);
            turn16(odd);
            for (int i = 0; i < 16; i++)
                store_parts(
                    to + (c + i) * SPLIT_CHUNK, 2 * SPLIT_TILE, split_pairs(even[i], odd[i]));
        }
    }
}

#else
void kls_split_rows(
    const float *from, int64_t row, int64_t column, int64_t rows, int64_t depth, split_part *to
) {}
void kls_split_pixels(
    const split_pixels *pixels, int64_t chunks, int64_t channels, split_part *to, int64_t tile,
    int64_t part
) {}
void kls_split_shift(const split_part *from, int64_t chunks, split_part *to) {}
void kls_split_channels(
    const split_pixels *pixels, int64_t chunks, int64_t channels, split_part *to
) {}
void kls_split_columns(
    const float *from, int64_t row, int64_t column, int64_t depth, int64_t columns,
    split_part *to
) {}
void kls_split_line(const float *from, int64_t count, split_part *to, int64_t part) {}
#endif
