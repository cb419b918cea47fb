// The offsets of an implicit GEMM over images: where the elements of each row of A lie, so that kernels read
// windows without im2col and without bounds checks.
#ifndef KLS_CONVOLUTION_CONV_OFFSETS_H
#define KLS_CONVOLUTION_CONV_OFFSETS_H

#include <stdbool.h>
#include <stdint.h>

#include "kls_convolution.h"

// Floats of the copy that a thread makes of some rows, at most.
enum { IMAGE_COPY_MAX = 64 * 1024 };

// A window is a row of A. Its K indices are `segments` runs of `depth` contiguous floats, which begin at
// starts[...] from the window's first element; windows are `pixel` and stride_y * `line` floats apart.
typedef struct {
    int64_t channels, height, width; // of the image
    int64_t out_height, out_width;
    int64_t pixel;                   // floats between windows side by side
    int64_t line;                    // floats between image rows, in the copy if there is one
    int64_t stride_y, kernel_extent; // image rows between windows; the dilated height of the kernel
    int64_t top, left;               // padding
    int64_t segments, depth;
    int64_t *starts;
    bool copies;                     // the padding is not in memory: rows are copied with it
} conv_offsets;

// Fills all but the starts; false where a row of windows is too large to copy.
bool conv_offsets_measure(conv_offsets *offsets, const kls_convolution *shape);
// Allocates the starts after measuring; false without memory.
bool conv_offsets_init(conv_offsets *offsets, const kls_convolution *shape);
void conv_offsets_free(conv_offsets *offsets);

// Output rows that fit a copy, at least 1 and at most all.
int64_t conv_offsets_rows(const conv_offsets *offsets);
// The first element of the window at (row, 0), of `rows` rows of windows: in the image itself or
// in `copy`, of IMAGE_COPY_MAX floats.
const float *conv_offsets_begin(
    const conv_offsets *offsets, const float *image, int64_t row, int64_t rows, float *copy);

#endif
