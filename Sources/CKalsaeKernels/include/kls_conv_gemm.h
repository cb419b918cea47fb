// Convolutions of float32 as implicit GEMMs, with an epilogue that works on blocks in the first-level cache.
#ifndef KLS_CONV_GEMM_H
#define KLS_CONV_GEMM_H

#include "kls_convolution.h"
#include "kls_gemm.h"

typedef struct {
    kls_convolution shape;           // of the forward pass; one group
    // Whether the gradient of the input is made: `input` is then the gradient of the output, `output` that
    // of the input, and strides must be 1.
    bool is_input_gradient;
    int32_t input, weights, output;  // numbers of buffers; output only without an epilogue
    // NULL, or a loop over the dimensions [pixels, channels] of the output, as for kls_gemm.
    const kls_loop_spec *epilogue;
    bool uses_bf16_limbs;            // as for kls_gemm
    // Max-pool fusion: windows that cover the output without overlapping, of whose elements only the
    // maximum is kept, as in kls_pool. 0 without, and with an epilogue.
    int64_t window_height, window_width;
    int32_t argmax;                  // the buffer for the argmax index of each window, a byte; or -1
} kls_conv_gemm_spec;

// What an image takes, for choosing between tiles and vectors.
typedef struct {
    double vector_flops;             // on vectors
    double tile_flops;               // on tiles, with what fills them up, a product of limbs counted once
    double limbed_floats;            // floats of the image that tiles make limbs of
} kls_tile_work;

typedef struct kls_conv_gemm kls_conv_gemm;

// Whether the kernels of an ISA level can do it; says nothing about what is fast.
bool kls_conv_gemm_supports(const kls_conv_gemm_spec *spec, kls_isa level);
// Of a specification that the level KLS_ISA_AMX supports with limbs.
kls_tile_work kls_conv_gemm_tile_work(const kls_conv_gemm_spec *spec);
// NULL where the kernels of the level in force cannot do it, or without memory.
kls_conv_gemm *kls_conv_gemm_create(const kls_conv_gemm_spec *spec);
void kls_conv_gemm_destroy(kls_conv_gemm *convolution);

// Whether it runs on AMX tiles.
bool kls_conv_gemm_uses_amx(const kls_conv_gemm *convolution);
// Bytes of workspace (64-byte aligned) that a run needs.
int64_t kls_conv_gemm_scratch(const kls_conv_gemm *convolution);

// The result does not depend on the threads.
void kls_conv_gemm_run(
    const kls_conv_gemm *convolution, void *const *buffers, void *scratch, bool parallel);

// The gradient of the weights, from the input and the gradient of the output.
typedef struct kls_conv_weight_gradient kls_conv_weight_gradient;

// As for convolutions.
bool kls_conv_weight_gradient_supports(
    const kls_convolution *shape, bool uses_bf16_limbs, kls_isa level);
kls_tile_work kls_conv_weight_gradient_tile_work(const kls_convolution *shape);
kls_conv_weight_gradient *kls_conv_weight_gradient_create(
    const kls_convolution *shape, bool uses_bf16_limbs);
void kls_conv_weight_gradient_destroy(kls_conv_weight_gradient *gradient);
bool kls_conv_weight_gradient_uses_amx(const kls_conv_weight_gradient *gradient);
int64_t kls_conv_weight_gradient_scratch(const kls_conv_weight_gradient *gradient);
void kls_conv_weight_gradient_run(
    const kls_conv_weight_gradient *gradient, const void *input, const void *upstream,
    void *result, void *scratch, bool parallel);

#endif
