// Products of what tiles do not carry, on the vector units.
#include "special_values.h"

#include "../isa/dispatch.h"
#include "kls_isa.h"

enum { SIDE = 32, DEPTH = 128, ROWS = 4 };

static _Atomic int64_t fallbacks;

void kls_count_fallback(void) { fallbacks++; }
int64_t kls_tile_fallbacks(void) { return fallbacks; }

#if defined(__x86_64__)
#include <xmmintrin.h>

enum { SPECIAL = _MM_EXCEPT_INVALID | _MM_EXCEPT_DENORM };

void kls_clear_special(void) {
    const unsigned status = _mm_getcsr();
    if (status & SPECIAL) _mm_setcsr(status & ~(unsigned)SPECIAL);
}

bool kls_saw_special(void) { return (_mm_getcsr() & SPECIAL) != 0; }
#else
void kls_clear_special(void) {}
bool kls_saw_special(void) { return false; }
#endif

typedef float v16 __attribute__((vector_size(64), aligned(4), may_alias));

static void load_lhs(const vector_block *b, int64_t from, int64_t depth, float *to) {
    for (int64_t i = 0; i < b->rows; i++)
        for (int64_t p = 0; p < depth; p++) {
            const int64_t at = i * b->lhs_row + (from + p) * b->lhs_column;
            to[i * DEPTH + p] =
                b->lhs_bytes ? ((const uint8_t *)b->lhs)[at] : ((const float *)b->lhs)[at];
        }
}

static void load_rhs(const vector_block *b, int64_t from, int64_t depth, float *to) {
    for (int64_t p = 0; p < depth; p++)
        for (int64_t j = 0; j < SIDE; j++)
            to[p * SIDE + j] =
                j < b->columns ? b->rhs[(from + p) * b->rhs_row + j * b->rhs_column] : 0;
}

// C[4 x 32] += A[4 x depth] B[depth x 32]; A in rows of DEPTH, C in rows of SIDE floats.
KLS_DISPATCH(static, void, add_products,
    (const float *a, const float *b, int64_t depth, float *c), (a, b, depth, c)) {
    v16 sums[ROWS][2];
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < 2; v++) sums[r][v] = *(const v16 *)(c + r * SIDE + v * 16);
    for (int64_t p = 0; p < depth; p++)
        for (int r = 0; r < ROWS; r++)
            for (int v = 0; v < 2; v++)
                sums[r][v] = sums[r][v] + a[r * DEPTH + p] * *(const v16 *)(b + p * SIDE + v * 16);
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < 2; v++) *(v16 *)(c + r * SIDE + v * 16) = sums[r][v];
}

void kls_vector_block(const vector_block *b) {
    _Alignas(64) float lhs[SIDE * DEPTH] = {0}, rhs[DEPTH * SIDE], sums[SIDE * SIDE] = {0};
    for (int64_t i = 0; i < b->rows; i++)
        for (int64_t j = 0; j < b->columns; j++)
            sums[i * SIDE + j] = b->adds ? b->out[i * b->out_row + j] : b->bias ? b->bias[j] : 0;
    for (int64_t from = 0; from < b->depth; from += DEPTH) {
        const int64_t left = b->depth - from, depth = left < DEPTH ? left : DEPTH;
        load_lhs(b, from, depth, lhs);
        load_rhs(b, from, depth, rhs);
        for (int64_t i = 0; i < b->rows; i += ROWS)
            add_products(lhs + i * DEPTH, rhs, depth, sums + i * SIDE);
    }
    for (int64_t i = 0; i < b->rows; i++)
        for (int64_t j = 0; j < b->columns; j++) b->out[i * b->out_row + j] = sums[i * SIDE + j];
}
