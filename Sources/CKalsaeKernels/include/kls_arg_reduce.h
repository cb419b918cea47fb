// Argmax and argmin.
#ifndef KLS_ARG_REDUCE_H
#define KLS_ARG_REDUCE_H

#include "kls_elementwise.h"

// src [outer, n, inner] to the int32 positions [outer, inner] of the first largest (or smallest)
// element along n; the first NaN wins.
void kls_arg_reduce(kls_type type, int largest, int64_t outer, int64_t n, int64_t inner,
                    const void *src, void *dst);

#endif
