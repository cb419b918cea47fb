// The offsets of an implicit GEMM over images: where the elements of each row of A lie, so that kernels read
// windows without im2col and without bounds checks.
#ifndef KLS_CONVOLUTION_IMAGE_WALK_H
#define KLS_CONVOLUTION_IMAGE_WALK_H

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
    int64_t stride_y, reach;         // image rows between windows; the dilated height of the kernel
    int64_t top, left;               // padding
    int64_t segments, depth;
    int64_t *starts;
    bool copies;                     // the padding is not in memory: rows are copied with it
} image_walk;

// Fills all but the starts; false where a row of windows is too large to copy.
bool image_walk_measure(image_walk *walk, const kls_convolution *shape);
// Allocates the starts after measuring; false without memory.
bool image_walk_init(image_walk *walk, const kls_convolution *shape);
void image_walk_free(image_walk *walk);

// Output rows that fit a copy, at least 1 and at most all.
int64_t image_walk_rows(const image_walk *walk);
// The first element of the window at (row, 0), of `rows` rows of windows: in the image itself or
// in `copy`, of IMAGE_COPY_MAX floats.
const float *image_walk_begin(
    const image_walk *walk, const float *image, int64_t row, int64_t rows, float *copy);

#endif
