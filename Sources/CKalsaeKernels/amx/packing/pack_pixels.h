// Limbs of images whose pixels are the indices of k, as in the weight gradient of a convolution.
#ifndef KLS_AMX_PACK_PIXELS_H
#define KLS_AMX_PACK_PIXELS_H

#include "../layout.h"

// A padded image whose pixels are the indices of k: k / pitch is the row and k % pitch the column, in rows of
// `pitch` pixels. The image lies at (top, left) and has `height` rows of `width` pixels; all else is zero.
// Strides count elements.
typedef struct {
    const float *from;
    int64_t pixel_stride, row_stride;
    int64_t pitch, top, left, height, width;
} padded_pixels;

// B[k x channels]: `tile` elements from 16 channels to the next 16, `limb` from limb to limb.
void kls_pack_b_pixels(
    const padded_pixels *pixels, int64_t k_blocks, int64_t channels, bf16 *to, int64_t tile,
    int64_t limb);
// Shifts contiguous tiles of one limb by one index of k: their pairs then begin at odd k.
void kls_shift_pairs(const bf16 *from, int64_t k_blocks, bf16 *to);
// A[channels x k], up to AMX_BLOCK channels.
void kls_pack_a_pixels(
    const padded_pixels *pixels, int64_t k_blocks, int64_t channels, bf16 *to);

#endif
