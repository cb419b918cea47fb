// The weight gradient of a convolution fused with max pooling.
#ifndef KLS_CONV_POOL_H
#define KLS_CONV_POOL_H

#include <stdbool.h>

#include "kls_convolution.h"
#include "kls_isa.h"

// From the input, the argmax index of each window (a byte, as kls_conv_gemm writes it) and the gradient of
// the pooled output. Windows do not overlap. Only inputs that meet an argmax are multiplied: infinite inputs
// elsewhere make no NaN.
typedef struct kls_conv_pool_weight_gradient kls_conv_pool_weight_gradient;

// Whether the kernels of an ISA level can do it: none without vectors of 64 bytes. Says nothing about what
// is fast.
bool kls_conv_pool_weight_gradient_supports(
    const kls_convolution *shape, int64_t window_height, int64_t window_width, kls_isa level);
// NULL where those of the level in force cannot, or without memory.
kls_conv_pool_weight_gradient *kls_conv_pool_weight_gradient_create(
    const kls_convolution *shape, int64_t window_height, int64_t window_width);
void kls_conv_pool_weight_gradient_destroy(kls_conv_pool_weight_gradient *gradient);
// Bytes of workspace (64-byte aligned) that a run needs.
int64_t kls_conv_pool_weight_gradient_scratch(const kls_conv_pool_weight_gradient *gradient);
// The result does not depend on the threads.
void kls_conv_pool_weight_gradient_run(
    const kls_conv_pool_weight_gradient *gradient, const void *input, const uint8_t *argmax,
    const void *upstream, void *result, void *scratch, bool parallel);

#endif
