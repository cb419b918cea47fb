// The inner loop of the weight gradient of a convolution fused with max pooling:
//
//     zmm    lanes 0 ... 15 = output channels
//     pair   two input lines under a window, 8 inputs of each: one register
//     for each window:   index = where in the pair the argmax of each lane lies
//         for each tap:  sums[tap] += permute(pair, index + tap) * gradient
//
// The permutation picks for each lane the input that its argmax meets under the tap. Registers: 25 sums of a
// kernel of 5 x 5, the gradient, the index, the pair.
#ifndef KLS_CONVOLUTION_MAX_POOL_STRIP_H
#define KLS_CONVOLUTION_MAX_POOL_STRIP_H

#include <stdint.h>

enum {
    MAX_POOL_LANES = 16,
    MAX_POOL_SIDE = 8,               // inputs of a line under a window, at most
    MAX_POOL_TAPS = 25,              // sums that fit the registers
};

// Rows of windows of one image, for one input channel and MAX_POOL_LANES output channels.
typedef struct {
    const float *pairs, *upstream;
    const uint8_t *argmax;
    int64_t rows, columns, n;        // windows below each other and side by side, output channels
    int64_t pair_stride_y, pair_stride_x;  // floats between the pairs of neighboring windows
    uint8_t starts[16];              // where in a pair each element of a window is
    uint16_t lanes;                  // mask of the output channels that exist
} max_pool_strip;

// Both do nothing where the processor has no vectors of 64 bytes.
// Adds to the sums [side * side, MAX_POOL_LANES] of a kernel of side x side.
void max_pool_add_strip(const max_pool_strip *strip, float *sums, int64_t side);
// The pairs of `columns` windows for `rows` lines, `pitch` floats apart: a line and that `below` floats later.
void max_pool_pair_lines(
    int64_t rows, int64_t columns, int64_t window_width, int64_t pitch, int64_t below,
    const float *lines, float *to);

#endif
