// Matrix products of every type that the library does not serve, or serves later than it would pay.
// Every result is the same for any number of threads. All sizes may be zero.
#ifndef KLS_MATMUL_H
#define KLS_MATMUL_H

#include <stdint.h>

// C[m x n] = A[m x k] B[k x n] for each matrix of a batch; C is dense. Strides count elements; an operand
// that all matrices share has a batch stride of 0.
typedef struct {
    int64_t batch, m, n, k;
    int64_t a_batch, a_row, a_column;
    int64_t b_batch, b_row, b_column;
} kls_matmul;

// Integers wrap.
void kls_matmul_f32(const kls_matmul *product, const void *a, const void *b, void *c);
void kls_matmul_f64(const kls_matmul *product, const void *a, const void *b, void *c);
void kls_matmul_i32(const kls_matmul *product, const void *a, const void *b, void *c);
void kls_matmul_i64(const kls_matmul *product, const void *a, const void *b, void *c);
void kls_matmul_u8(const kls_matmul *product, const void *a, const void *b, void *c);

#endif
