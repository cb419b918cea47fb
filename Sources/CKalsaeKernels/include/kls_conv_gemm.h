// Convolutions of float32 as products over pixels, worked on while the result lies in the cache.
#ifndef KLS_CONV_GEMM_H
#define KLS_CONV_GEMM_H

#include "kls_convolution.h"
#include "kls_gemm.h"

typedef struct {
    kls_convolution shape;           // of the forward pass; one group
    // False: operands input and kernel, the output is made. True: operands gradient of the output
    // and kernel, the gradient of the input is made; strides must be 1.
    bool of_input;
    int32_t lhs, rhs, out;           // numbers of buffers; out only without an epilogue
    // NULL, or a loop over the dimensions [pixels, channels] of the result, as for a product.
    const kls_loop_spec *epilogue;
    bool may_split;                  // as for a product
    // Windows that cover the output without overlapping, of whose elements only the largest are the
    // result, as in kls_pool; 0 without, and with an epilogue.
    int64_t window_height, window_width;
    int32_t places;                  // the buffer for which is the first largest, a byte each, or -1
} kls_convolve_spec;

typedef struct kls_convolve kls_convolve;

// NULL where these loops cannot do it, or the library is better.
kls_convolve *kls_convolve_create(const kls_convolve_spec *spec);
void kls_convolve_destroy(kls_convolve *convolve);

// Whether the matrix unit runs it.
bool kls_convolve_splits(const kls_convolve *convolve);
// Bytes of scratch memory (64-byte aligned) that a run needs.
int64_t kls_convolve_scratch(const kls_convolve *convolve);

// The result does not depend on the threads.
void kls_convolve_run(
    const kls_convolve *convolve, void *const *buffers, void *scratch, bool parallel);

// The gradient of the kernel, from input and gradient of the output.
typedef struct kls_kernel_gradient kls_kernel_gradient;

// NULL where these loops cannot do it, or the library is better.
kls_kernel_gradient *kls_kernel_gradient_create(const kls_convolution *shape, bool may_split);
void kls_kernel_gradient_destroy(kls_kernel_gradient *gradient);
bool kls_kernel_gradient_splits(const kls_kernel_gradient *gradient);
int64_t kls_kernel_gradient_scratch(const kls_kernel_gradient *gradient);
void kls_kernel_gradient_run(
    const kls_kernel_gradient *gradient, const void *input, const void *from, void *result,
    void *scratch, bool parallel);

#endif
