// C[4 x 32] += A[4 x k] B[k x 32] at a time: 8 sums of 16 lanes in registers, operands copied to dense
// rows before.
#include "fallback.h"

#include "../isa/dispatch.h"

enum { BLOCK = 32, K_MAX = 128, MR = 4 };

typedef float v16 __attribute__((vector_size(64), aligned(4), may_alias));

static void load_a(const fallback_block *f, int64_t from, int64_t depth, float *to) {
    for (int64_t i = 0; i < f->rows; i++)
        for (int64_t p = 0; p < depth; p++) {
            const int64_t at = i * f->a_row + (from + p) * f->a_column;
            to[i * K_MAX + p] =
                f->a_is_bytes ? ((const uint8_t *)f->a)[at] : ((const float *)f->a)[at];
        }
}

static void load_b(const fallback_block *f, int64_t from, int64_t depth, float *to) {
    for (int64_t p = 0; p < depth; p++)
        for (int64_t j = 0; j < BLOCK; j++)
            to[p * BLOCK + j] =
                j < f->columns ? f->b[(from + p) * f->b_row + j * f->b_column] : 0;
}

// A lies in rows of K_MAX, B and C in rows of BLOCK floats.
KLS_DISPATCH(static, void, add_products,
    (const float *a, const float *b, int64_t depth, float *c), (a, b, depth, c)) {
    v16 sums[MR][2];
    for (int r = 0; r < MR; r++)
        for (int v = 0; v < 2; v++) sums[r][v] = *(const v16 *)(c + r * BLOCK + v * 16);
    for (int64_t p = 0; p < depth; p++)
        for (int r = 0; r < MR; r++)
            for (int v = 0; v < 2; v++)
                sums[r][v] = sums[r][v] + a[r * K_MAX + p] * *(const v16 *)(b + p * BLOCK + v * 16);
    for (int r = 0; r < MR; r++)
        for (int v = 0; v < 2; v++) *(v16 *)(c + r * BLOCK + v * 16) = sums[r][v];
}

void kls_fallback_block(const fallback_block *f) {
    _Alignas(64) float a[BLOCK * K_MAX] = {0}, b[K_MAX * BLOCK], sums[BLOCK * BLOCK] = {0};
    for (int64_t i = 0; i < f->rows; i++)
        for (int64_t j = 0; j < f->columns; j++)
            sums[i * BLOCK + j] = f->accumulates ? f->c[i * f->c_row + j] : f->bias ? f->bias[j] : 0;
    for (int64_t from = 0; from < f->depth; from += K_MAX) {
        const int64_t left = f->depth - from, depth = left < K_MAX ? left : K_MAX;
        load_a(f, from, depth, a);
        load_b(f, from, depth, b);
        for (int64_t i = 0; i < f->rows; i += MR)
            add_products(a + i * K_MAX, b, depth, sums + i * BLOCK);
    }
    for (int64_t i = 0; i < f->rows; i++)
        for (int64_t j = 0; j < f->columns; j++) f->c[i * f->c_row + j] = sums[i * BLOCK + j];
}
