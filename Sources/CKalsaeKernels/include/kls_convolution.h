// The shape of a convolution, and convolutions in direct loops with their two gradients.
// Every result is the same for any number of threads. All sizes may be zero.
#ifndef KLS_CONVOLUTION_H
#define KLS_CONVOLUTION_H

#include <stdint.h>

// A convolution in two dimensions. Input [batch, height, width, channels], kernel
// [kernel_height, kernel_width, channels / groups, out_channels], output
// [batch, out_height, out_width, out_channels], all dense and row-major.
typedef struct {
    int64_t batch, height, width, channels;
    int64_t out_height, out_width, out_channels;
    int64_t kernel_height, kernel_width;
    int64_t stride_y, stride_x;
    int64_t dilation_y, dilation_x;  // 1: neighbors
    int64_t pad_top, pad_left;
    int64_t groups;
} kls_convolution;

void kls_convolution_f32(
    const kls_convolution *shape, const void *input, const void *kernel, void *output);
void kls_convolution_f64(
    const kls_convolution *shape, const void *input, const void *kernel, void *output);

// The two gradients: (gradient of the output, kernel) to that of the input, and (input, gradient
// of the output) to that of the kernel.
void kls_convolution_input_gradient_f32(
    const kls_convolution *shape, const void *gradient, const void *kernel, void *result);
void kls_convolution_input_gradient_f64(
    const kls_convolution *shape, const void *gradient, const void *kernel, void *result);
void kls_convolution_weight_gradient_f32(
    const kls_convolution *shape, const void *input, const void *gradient, void *result);
void kls_convolution_weight_gradient_f64(
    const kls_convolution *shape, const void *input, const void *gradient, void *result);

#endif
