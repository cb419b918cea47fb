// Convolution + max-pool fusion: the maxima of pooling windows are taken while the convolution's output is
// in the first-level cache, with their argmax index for the gradients.
#ifndef KLS_CONVOLUTION_MAX_POOL_FUSION_H
#define KLS_CONVOLUTION_MAX_POOL_FUSION_H

#include <stdbool.h>

#include "kls_conv_gemm.h"

enum {
    POOL_WORKSPACE = 16 * 1024,      // floats that a row of windows may take
    POOL_BLOCK = 4 * 1024,           // that rows of windows take together, unless one is more
    POOL_SLACK = 16,                 // that are read behind them, but not used
    POOL_WINDOW_MAX = 255,           // elements of a window: an argmax index is a byte
};

// How windows lie in what a convolution makes; they cover all of it.
typedef struct {
    int64_t height, width;           // of a window; 0 where nothing is pooled
    int64_t pooled_width;            // windows side by side
    int64_t rows;                    // of windows that are taken at a time
    int64_t n;                       // channels of the result
    int32_t out, argmax;             // numbers of buffers; argmax -1 where nobody reads it
} max_pool_fusion;

// Whether windows of these sizes can be taken from output rows of `row` floats each.
bool max_pool_fusion_init(max_pool_fusion *plan, const kls_conv_gemm_spec *spec, int64_t row);

// The columns of one panel on one thread.
typedef struct {
    const max_pool_fusion *plan;
    void *const *buffers;
    int64_t window;                  // windows that are done
    int64_t column, columns;
} max_pool_writer;

// Takes rows of windows whose elements lie at `from`, `pixel` floats apart.
void max_pool_fusion_take(
    max_pool_writer *writer, const float *from, int64_t pixel, int64_t rows);

#endif
