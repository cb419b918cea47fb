// Convolutions of float32 on a matrix unit: see split.h.
#ifndef KLS_CONVOLUTION_CONV_AMX_H
#define KLS_CONVOLUTION_CONV_AMX_H

#include "../gemm/epilogue.h"
#include "image_walk.h"
#include "kls_conv_gemm.h"
#include "max_pool_fusion.h"
#include "../amx/tile.h"

typedef struct split_convolve split_convolve;

// NULL where there is no such unit, or other loops are faster. The shape is that of a forward
// convolution, which a gradient of the input is too; what is pointed at must live as long.
split_convolve *split_convolve_create(
    const kls_convolve_spec *spec, const kls_convolution *shape, const image_walk *walk,
    const epilogue *epilogue, const pooled *pooled);
void split_convolve_destroy(split_convolve *convolve);
int64_t split_convolve_scratch(const split_convolve *convolve);
// The result does not depend on the threads.
void split_convolve_run(
    const split_convolve *convolve, void *const *buffers, void *scratch, bool parallel);

#endif
