// Weight gradients of convolutions on AMX tiles (amx/block.h), one image at a time:
//
//     C[out channels x taps * in channels] = A[out channels x pixels] B[pixels x in channels], a B each tap
//
// A is the gradient of the output, B the image. K counts the pixels of the padded image line by line, so
// that the B of another tap is the same pixels shifted by a constant: its tiles begin elsewhere. Pairs of
// pixels begin at even pixels in one copy of the image and at odd ones in another.
#ifndef KLS_CONVOLUTION_WEIGHT_GRADIENT_AMX_H
#define KLS_CONVOLUTION_WEIGHT_GRADIENT_AMX_H

#include <stdbool.h>

#include "../../amx/layout.h"
#include "kls_conv_gemm.h"

// Elements that an image and its gradient may take.
enum { IMAGE_LIMBS_MAX = 256 * 1024 };

typedef struct {
    int64_t channels, height, width, top, left;
    int64_t out_height, out_width, n;
    int64_t taps, kernel_width, dilation_y, dilation_x;
    int64_t pitch;                   // pixels of a line with its padding
    int64_t k_blocks, image_k_blocks;  // of the gradient, and of the image with what taps shift to
    int64_t tile, limb, copy;        // distances in the packed image
} weight_gradient_amx;

// False where windows do not lie side by side, or an image is too large.
bool weight_gradient_amx_init(weight_gradient_amx *gradient, const kls_convolution *shape);
kls_tile_work weight_gradient_amx_work(const weight_gradient_amx *gradient);
// Writes C of an image, n rows of taps * channels floats, or adds it.
void weight_gradient_amx_image(
    const weight_gradient_amx *gradient, const float *image, const float *upstream, bf16 *workspace,
    float *c, bool accumulates);

#endif
