// Convolutions of float32 on AMX tiles: see conv_amx_plan.h.
#ifndef KLS_CONVOLUTION_CONV_AMX_H
#define KLS_CONVOLUTION_CONV_AMX_H

#include "conv_amx_plan.h"

// The shape is always that of a forward convolution, which an input gradient is too.

// Output rows whose lines a thread can hold as limbs; 0 where not even the rows of a window fit.
int64_t conv_amx_strip(
    const kls_convolution *shape, const conv_offsets *offsets, const max_pool_fusion *pool);
// Of a convolution that has a strip.
kls_tile_work conv_amx_work(
    const kls_convolution *shape, const conv_offsets *offsets, const max_pool_fusion *pool);
// The same, at a level that has AMX; NULL without memory. What is pointed at must live as long.
conv_amx *conv_amx_create(
    const kls_conv_gemm_spec *spec, const kls_convolution *shape, const conv_offsets *offsets,
    const epilogue *epilogue, const max_pool_fusion *pool);
void conv_amx_destroy(conv_amx *convolution);
int64_t conv_amx_scratch(const conv_amx *convolution);
// The result does not depend on the threads.
void conv_amx_run(
    const conv_amx *convolution, void *const *buffers, void *scratch, bool parallel);

#endif
