// Products of float32 on a matrix unit: see split.h.
#ifndef KLS_GEMM_GEMM_AMX_H
#define KLS_GEMM_GEMM_AMX_H

#include "epilogue.h"
#include "../amx/tile.h"

typedef struct split_product split_product;

// NULL where there is no such unit, or other loops are faster. The epilogue, if there is one, must
// live as long.
split_product *split_product_create(const kls_product_spec *spec, const epilogue *epilogue);
void split_product_destroy(split_product *product);
int64_t split_product_scratch(const split_product *product);
// The result does not depend on the threads.
void split_product_run(
    const split_product *product, void *const *buffers, void *scratch, bool parallel);

#endif
