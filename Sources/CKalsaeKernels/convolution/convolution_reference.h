// Convolutions in plain loops in double: the oracle of the tests, no part of the library.
#ifndef KLS_CONVOLUTION_CONVOLUTION_REFERENCE_H
#define KLS_CONVOLUTION_CONVOLUTION_REFERENCE_H

#include <math.h>
#include <string.h>

#include "kls_convolution.h"

// What is made of which two: the output of input and weights, the gradient of the input of that of the
// output and weights, the gradient of the weights of input and that of the output.
typedef enum { FORWARD, INPUT_GRADIENT, WEIGHT_GRADIENT } convolution_direction;

// Adds the product of the elements left[...] and right[...] that meet, with its size and as a term.
typedef struct {
    convolution_direction direction;
    const double *left, *right;
    double *values, *sizes;
    int64_t *terms;
} convolution_sums;

static inline void convolution_add(
    const convolution_sums *s, int64_t input, int64_t weight, int64_t output
) {
    const int64_t left = s->direction == INPUT_GRADIENT ? output : input;
    const int64_t right = s->direction == WEIGHT_GRADIENT ? output : weight;
    const int64_t at = s->direction == FORWARD ? output
        : s->direction == INPUT_GRADIENT ? input : weight;
    const double product = s->left[left] * s->right[right];
    s->values[at] += product;
    s->sizes[at] += fabs(product);
    s->terms[at]++;
}

// Values, sums of sizes and numbers of terms must be zero before.
static inline void convolution_reference(const kls_convolution *s, const convolution_sums *sums) {
    const int64_t in = s->channels / s->groups, out = s->out_channels / s->groups;
    for (int64_t image = 0; image < s->batch; image++)
        for (int64_t at = 0; at < s->out_height * s->out_width; at++)
            for (int64_t ky = 0; ky < s->kernel_height; ky++)
                for (int64_t kx = 0; kx < s->kernel_width; kx++) {
                    const int64_t y =
                        at / s->out_width * s->stride_y + ky * s->dilation_y - s->pad_top;
                    const int64_t x =
                        at % s->out_width * s->stride_x + kx * s->dilation_x - s->pad_left;
                    if (y < 0 || y >= s->height || x < 0 || x >= s->width) continue;
                    const int64_t pixel = ((image * s->height + y) * s->width + x) * s->channels;
                    const int64_t tap = (ky * s->kernel_width + kx) * in * s->out_channels;
                    const int64_t result =
                        (image * s->out_height * s->out_width + at) * s->out_channels;
                    for (int64_t c = 0; c < s->out_channels; c++)
                        for (int64_t i = 0; i < in; i++)
                            convolution_add(
                                sums, pixel + c / out * in + i, tap + i * s->out_channels + c,
                                result + c);
                }
}

#endif
