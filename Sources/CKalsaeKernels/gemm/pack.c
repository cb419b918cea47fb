#include "pack.h"

#include <string.h>

#include "../isa/dispatch.h"

// Blocks of 8 x 8 in registers: a transposed operand would be written an element at a time.
typedef float v8 __attribute__((vector_size(32), aligned(4), may_alias));
#define SHUFFLE __builtin_shufflevector

KLS_INLINE void transpose8(float *to, int64_t to_row, const float *from, int64_t from_row) {
    v8 a[8], b[8];
    for (int i = 0; i < 8; i++) a[i] = *(const v8 *)(from + i * from_row);
    for (int i = 0; i < 8; i += 2) {
        b[i] = SHUFFLE(a[i], a[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        b[i + 1] = SHUFFLE(a[i], a[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < 8; i += 4)
        for (int j = i; j < i + 2; j++) {
            a[j] = SHUFFLE(b[j], b[j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            a[j + 2] = SHUFFLE(b[j], b[j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    for (int i = 0; i < 4; i++) {
        *(v8 *)(to + i * to_row) = SHUFFLE(a[i], a[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        *(v8 *)(to + (i + 4) * to_row) = SHUFFLE(a[i], a[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

KLS_INLINE void pack_row(float *to, const float *from, int64_t used, int64_t width) {
    int64_t c = 0;
    for (; c + 8 <= used; c += 8) *(v8 *)(to + c) = *(const v8 *)(from + c);
    if (c < width) *(v8 *)(to + c) = (v8){0};
    _Pragma("unroll") for (int64_t step = 4; step > 0; step /= 2) {
        if ((used & step) == 0) continue;
        memcpy(to + c, from + c, (size_t)step * sizeof(float));
        c += step;
    }
    for (c = (c + 7) / 8 * 8; c < width; c += 8) *(v8 *)(to + c) = (v8){0};
}

// Rows of a constant width, as full panels have them.
KLS_INLINE void pack_whole(
    float *to, const float *from, int64_t row, int64_t rows, const int64_t width
) {
    typedef float v16 __attribute__((vector_size(64), aligned(4), may_alias));
    for (int64_t p = 0; p < rows; p++)
        for (int64_t c = 0; c < width; c += 16)
            *(v16 *)(to + p * width + c) = *(const v16 *)(from + p * row + c);
}

KLS_DISPATCH(, void, kls_pack_panel, (
    const float *from, int64_t row, int64_t column, int64_t rows, int64_t used, int64_t width,
    float *to
), (from, row, column, rows, used, width, to)) {
    if (column == 1 && used == 32 && width == 32) {
        pack_whole(to, from, row, rows, 32);
        return;
    }
    if (column == 1 && used == 16 && width == 16) {
        pack_whole(to, from, row, rows, 16);
        return;
    }
    if (column == 1) {
        for (int64_t p = 0; p < rows; p++, to += width)
            pack_row(to, from + p * row, used, width);
        return;
    }
    if (used < width) memset(to, 0, (size_t)(rows * width) * sizeof(float));
    int64_t c = 0;
    for (; c + 8 <= used; c += 8) {
        int64_t p = 0;
        for (; p + 8 <= rows; p += 8)
            transpose8(to + p * width + c, width, from + c * column + p, column);
        for (; p < rows; p++)
            for (int i = 0; i < 8; i++) to[p * width + c + i] = from[(c + i) * column + p];
    }
    for (; c < used; c++)
        for (int64_t p = 0; p < rows; p++) to[p * width + c] = from[c * column + p];
}

// A row of `used` floats in pieces of constant size.
KLS_INLINE void copy_exactly(float *to, const float *from, int64_t used) {
    int64_t c = 0;
    for (; c + 8 <= used; c += 8) *(v8 *)(to + c) = *(const v8 *)(from + c);
    _Pragma("unroll") for (int64_t step = 4; step > 0; step /= 2) {
        if ((used & step) == 0) continue;
        memcpy(to + c, from + c, (size_t)step * sizeof(float));
        c += step;
    }
}

KLS_DISPATCH(, void, kls_interleave, (
    const interleaving *plan, int64_t first, int64_t last, float *to
), (plan, first, last, to)) {
    typedef float v16 __attribute__((vector_size(64), aligned(4), may_alias));
    const int64_t tiles = plan->tiles, least = plan->count / tiles, more = plan->count % tiles;
    const int64_t wide = plan->mr > 8 ? 16 : 8;
    for (int64_t p = first; p < last; p++) {
        const float *from = plan->from + p * plan->step;
        float *row = to + p * plan->mr;
        // Floats that begin a whole vector. What it writes behind its row is written again by the next.
        const int64_t whole = p + 1 < last ? plan->count - wide : -1;
        int64_t begin = 0, rest = 0;
        for (int64_t tile = 0; tile < tiles; tile++, row += plan->distance) {
            rest += more;
            const int64_t used = least + (rest >= tiles);
            rest -= rest >= tiles ? tiles : 0;
            if (begin > whole) copy_exactly(row, from + begin, used);
            else if (wide == 16) *(v16 *)row = *(const v16 *)(from + begin);
            else *(v8 *)row = *(const v8 *)(from + begin);
            begin += used;
        }
    }
}
