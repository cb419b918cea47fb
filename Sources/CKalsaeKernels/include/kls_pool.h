// Pooling and its gradient.
// Every result is the same for any number of threads. All sizes may be zero.
#ifndef KLS_POOL_H
#define KLS_POOL_H

#include <stdint.h>

typedef enum {
    KLS_POOL_MAX = 0,          // NaN if an element is; the gradient goes to the first maximum
    KLS_POOL_AVERAGE,          // of the elements inside the input
    KLS_POOL_AVERAGE_PADDED,   // padding counts as zeros
} kls_pool_kind;

// Windows over [batch, height, width, channels]; the padding is smaller than the window.
typedef struct {
    kls_pool_kind kind;
    int64_t batch, height, width, channels;
    int64_t out_height, out_width;
    int64_t window_height, window_width;
    int64_t stride_y, stride_x;
    int64_t pad_top, pad_left;
} kls_pool;

void kls_pool_f32(const kls_pool *shape, const void *input, void *output);
void kls_pool_f64(const kls_pool *shape, const void *input, void *output);

void kls_pool_gradient_f32(
    const kls_pool *shape, const void *input, const void *gradient, void *result);
void kls_pool_gradient_f64(
    const kls_pool *shape, const void *input, const void *gradient, void *result);

// Max-unpool: as kls_pool_gradient_f32, with the argmax index of each window (a byte, row by row in the
// window) in place of the input. Windows must not overlap.
void kls_max_unpool_f32(
    const kls_pool *shape, const uint8_t *argmax, const void *gradient, void *result);

#endif
