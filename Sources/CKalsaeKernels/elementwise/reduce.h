// Reductions of dense rows.
#ifndef KLS_ELEMENTWISE_REDUCE_H
#define KLS_ELEMENTWISE_REDUCE_H

#include "kls_elementwise.h"

// Reduces each of `rows` rows of n >= 1 elements to one element of dst.
typedef void (*kls_rows_fn)(int64_t rows, int64_t n, const void *src, void *dst);

// op: KLS_ADD, MUL, MIN or MAX; NULL for types without arithmetic.
kls_rows_fn kls_reduce_rows(kls_op op, kls_type type);

// Writes `count` copies of the value that leaves `op` unchanged.
void kls_reduce_identity(kls_op op, kls_type type, int64_t count, void *dst);

#endif
