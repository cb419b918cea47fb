// Matrix products in plain loops in double: the oracle of the tests, no part of the library.
#ifndef KLS_GEMM_GEMM_REFERENCE_H
#define KLS_GEMM_GEMM_REFERENCE_H

#include <math.h>

#include "kls_gemm.h"
#include "kls_matmul.h"

// C of all matrices, and the sums of |a| |b|, which bounds of errors are relative to.
static inline void gemm_reference(
    const kls_gemm_spec *s, const float *a, const float *b, double *c, double *sizes
) {
    for (int64_t i = 0; i < s->batch * s->m * s->n; i++) {
        const int64_t batch = i / (s->m * s->n), row = i / s->n % s->m, column = i % s->n;
        const float *a_line = a + batch * s->a_batch + row * s->a_row;
        const float *b_line = b + batch * s->b_batch + column * s->b_column;
        c[i] = sizes[i] = 0;
        for (int64_t k = 0; k < s->k; k++) {
            const double term = (double)a_line[k * s->a_column] * (double)b_line[k * s->b_row];
            c[i] += term;
            sizes[i] += fabs(term);
        }
    }
}

// The same in double, for the kernels of every type.
static inline void matmul_reference(
    const kls_matmul *s, const double *a, const double *b, double *c, double *sizes
) {
    for (int64_t i = 0; i < s->batch * s->m * s->n; i++) {
        const int64_t batch = i / (s->m * s->n), row = i / s->n % s->m, column = i % s->n;
        const double *a_line = a + batch * s->a_batch + row * s->a_row;
        const double *b_line = b + batch * s->b_batch + column * s->b_column;
        c[i] = sizes[i] = 0;
        for (int64_t k = 0; k < s->k; k++) {
            const double term = a_line[k * s->a_column] * b_line[k * s->b_row];
            c[i] += term;
            sizes[i] += fabs(term);
        }
    }
}

#endif
