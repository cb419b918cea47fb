// Matrix products, convolutions and pooling in own loops.
//
// They serve what oneDNN does not: types other than float32, products too small for its call to
// pay, pooling. Every result is the same for any number of threads. All sizes may be zero.
#ifndef KALSAE_MATRIX_H
#define KALSAE_MATRIX_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KLS_BATCH_RANK 8

// out[b] = lhs[b] . rhs[b], with lhs m x k, rhs k x n and out dense m x n, batch after batch.
// Strides count elements; a batch dimension that an operand does not have has stride 0.
typedef struct {
    int32_t batch_rank;
    int64_t batch_dims[KLS_BATCH_RANK];
    int64_t lhs_batch[KLS_BATCH_RANK], rhs_batch[KLS_BATCH_RANK];
    int64_t m, n, k;
    int64_t lhs_row, lhs_column;
    int64_t rhs_row, rhs_column;
    bool relu;  // replaces negative values by zero at the end
} kls_matmul;

// The bias is null or a vector of n that is added to each row.
void kls_matmul_f32(
    const kls_matmul *product, const float *lhs, const float *rhs, const float *bias, float *out);
void kls_matmul_f64(
    const kls_matmul *product, const double *lhs, const double *rhs, const double *bias,
    double *out);
void kls_matmul_i32(
    const kls_matmul *product, const int32_t *lhs, const int32_t *rhs, const int32_t *bias,
    int32_t *out);
void kls_matmul_i64(
    const kls_matmul *product, const int64_t *lhs, const int64_t *rhs, const int64_t *bias,
    int64_t *out);

// Whether kls_matmul_f32 is quicker than oneDNN's call on this many threads: the one place where
// that choice is made.
bool kls_matmul_prefers_own(const kls_matmul *product, int threads);

#ifdef __cplusplus
}
#endif

#endif
