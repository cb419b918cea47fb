// Gradients of pooling by the places of the first largest elements in their windows, a byte each, row
// by row in a window: what kls_convolve writes there. Windows do not overlap.
#ifndef KLS_CONV_POOL_H
#define KLS_CONV_POOL_H

#include "kls_convolution.h"

// The gradient of a convolution's kernel from the input, places and the gradient of the pooled
// output. Only what lies at a place is multiplied: of infinite inputs elsewhere no NaN comes.
typedef struct kls_pooled_gradient kls_pooled_gradient;

// NULL where these loops cannot do it, or others are faster: without vectors of 64 bytes always.
kls_pooled_gradient *kls_pooled_gradient_create(
    const kls_convolution *shape, int64_t window_height, int64_t window_width);
void kls_pooled_gradient_destroy(kls_pooled_gradient *gradient);
// Bytes of scratch memory (64-byte aligned) that a run needs.
int64_t kls_pooled_gradient_scratch(const kls_pooled_gradient *gradient);
// The result does not depend on the threads.
void kls_pooled_gradient_run(
    const kls_pooled_gradient *gradient, const void *input, const uint8_t *places,
    const void *from, void *result, void *scratch, bool parallel);

#endif
