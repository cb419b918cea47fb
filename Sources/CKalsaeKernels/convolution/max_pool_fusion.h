// The largest elements of a convolution's windows, taken while they lie in the first cache.
#ifndef KLS_CONVOLUTION_MAX_POOL_FUSION_H
#define KLS_CONVOLUTION_MAX_POOL_FUSION_H

#include <stdbool.h>

#include "kls_conv_gemm.h"

enum {
    POOLED_ROOM = 16 * 1024,         // floats that a row of windows may take
    POOLED_BLOCK = 4 * 1024,         // that rows of windows take together, unless one is more
    POOLED_SLACK = 16,               // that are read behind them, but not used
    POOLED_MOST = 255,               // places of a window: they are bytes
};

// How windows lie in what a convolution makes; they cover all of it.
typedef struct {
    int64_t height, width;           // of a window; 0 where nothing is pooled
    int64_t across;                  // windows side by side
    int64_t rows;                    // of windows that are taken at a time
    int64_t n;                       // channels of the result
    int32_t out, places;             // numbers of buffers, places -1 where nobody asks for them
} pooled;

// Whether windows of these sizes can be taken from lines of `row` floats each.
bool pooled_init(pooled *plan, const kls_convolve_spec *spec, int64_t row);

// The columns of one panel on one thread.
typedef struct {
    const pooled *plan;
    void *const *buffers;
    int64_t window;                  // windows that are done
    int64_t column, columns;
} pooled_writer;

// Takes rows of windows whose elements lie at `from`, `pixel` floats apart.
void pooled_take(pooled_writer *writer, const float *from, int64_t pixel, int64_t rows);

#endif
