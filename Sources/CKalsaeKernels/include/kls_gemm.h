// Matrix products of float32 whose result can be worked on while it lies in the first cache.
#ifndef KLS_GEMM_H
#define KLS_GEMM_H

#include <stdbool.h>

#include "kls_loop.h"

// Instead of the number of a buffer: the product itself.
enum { KLS_PRODUCT = -2 };
// The longest sums that kls_product_create takes.
enum { KLS_PRODUCT_DEPTH = 4608 };

// lhs . rhs, m x k by k x n, for each of a stack of matrices; strides count elements, and one of
// the two inside of each operand's matrices is 1. The results lie one behind the other.
typedef struct {
    int64_t batch, m, n, k;
    int64_t lhs_matrix, lhs_row, lhs_column;
    int64_t rhs_matrix, rhs_row, rhs_column;
    int32_t lhs, rhs, out;           // numbers of buffers; out only without an epilogue
    // NULL, or a loop over the dimensions [batch * m, n], whose reductions are sums over m. It may write
    // over what it reads at the same places, but not over lhs or rhs.
    const kls_loop_spec *epilogue;
    // Whether lhs is of bytes, which count as floats; only a matrix unit multiplies them.
    bool lhs_bytes;
    // Whether a matrix unit may multiply parts of the floats: as exact, but terms below 2^-126 count
    // as zero.
    bool may_split;
} kls_product_spec;

typedef struct kls_product kls_product;

// NULL where the specification is not one that these loops can do.
kls_product *kls_product_create(const kls_product_spec *spec);
void kls_product_destroy(kls_product *product);

// The result does not depend on the threads: each element is one sum, always in the same order.
void kls_product_run(
    const kls_product *product, void *const *buffers, void *scratch, bool parallel);

// Whether the matrix unit runs it.
bool kls_product_splits(const kls_product *product);
// Bytes of scratch memory (64-byte aligned) that a run needs; 0 without sums.
int64_t kls_product_scratch(const kls_product *product);

// Whether these loops are faster than the library: measured, they do 97 % of what one core can at
// 128 x 784 x 256, where the library's call of both cores gets 70 % of what those can.
bool kls_product_prefers_own(int64_t batch, int64_t m, int64_t n, int64_t k);

#endif
