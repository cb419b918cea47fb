// Limbs of images whose pixels are the indices of k, as in the weight gradient of a convolution.
#ifndef KLS_AMX_PACK_PIXELS_H
#define KLS_AMX_PACK_PIXELS_H

#include "../layout.h"

// k counts lines of `pitch` pixels, of which all but `width` from `left` on, and all but `lines` from
// line `top` on, are zeros. Pixels lie `row` elements apart, lines `line`.
typedef struct {
    const float *from;
    int64_t row, line;
    int64_t pitch, top, left, lines, width;
} padded_pixels;

// B[k x channels]: `tile` elements from 16 channels to the next 16, `limb` from limb to limb.
void kls_pack_b_pixels(
    const padded_pixels *pixels, int64_t k_blocks, int64_t channels, bf16 *to, int64_t tile,
    int64_t limb);
// The same tiles, of one limb and one behind the other, with pairs that begin at odd k.
void kls_shift_pairs(const bf16 *from, int64_t k_blocks, bf16 *to);
// A[channels x k], up to AMX_BLOCK channels.
void kls_pack_a_pixels(
    const padded_pixels *pixels, int64_t k_blocks, int64_t channels, bf16 *to);

#endif
