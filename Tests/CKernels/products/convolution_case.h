// Convolutions in double loops, for all kernels that make them or their gradients.
#ifndef CONVOLUTION_CASE_H
#define CONVOLUTION_CASE_H

#include "harness.h"
#include "convolution/convolution_reference.h"

// Elements of the three tensors.
int64_t input_count(const kls_convolution *s);
int64_t kernel_count(const kls_convolution *s);
int64_t output_count(const kls_convolution *s);

// A random one, small; `rich` has one group and at least 8 channels behind it.
kls_convolution random_convolution(bool rich);

// The result of (input, weights), (gradient, weights) or (input, gradient), of one rounding of u each.
wanted convolved(
    const kls_convolution *s, convolution_direction direction, const double *left,
    const double *right, double u);

double *widened(const float *from, int64_t count);
const char *described(const kls_convolution *s);

#endif
