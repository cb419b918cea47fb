// Gradients of a convolution's kernel on a matrix unit: see split.h.
#ifndef KLS_CONVOLUTION_WEIGHT_GRADIENT_AMX_H
#define KLS_CONVOLUTION_WEIGHT_GRADIENT_AMX_H

#include "kls_conv_gemm.h"
#include "../amx/tile.h"

// Parts that an image and its gradient may take.
enum { SPLIT_ROOM = 256 * 1024 };

// The gradient is made turned round: output channels by window places and input channels. Places of
// the sums are the pixels of the padded image, line behind line, so that a window's place shifts all of
// them. Pairs of pixels begin at even places in one copy of the image, at odd ones in another.
typedef struct {
    int64_t channels, height, width, top, left;
    int64_t out_height, out_width, n;
    int64_t taps, kernel_width, dilation_y, dilation_x;
    int64_t pitch;                   // of a line
    int64_t chunks, image_chunks;    // of the gradient, and of the image with what shifts reach
    int64_t tile, part, copy;        // distances in the split image
} split_gradient;

// False where there is no such unit, or other loops are faster.
bool split_gradient_init(split_gradient *gradient, const kls_convolution *shape);
// Writes what an image gives, n rows of taps * channels floats, or adds it.
void split_gradient_image(
    const split_gradient *gradient, const float *image, const float *from, split_part *room,
    float *result, bool adds);

#endif
