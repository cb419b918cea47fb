// What the float32 product and its inner loops share.
#ifndef KLS_GEMM_MICROKERNEL_H
#define KLS_GEMM_MICROKERNEL_H

#include <stdbool.h>
#include <stdint.h>

// One tile: rhs is rows of `width` floats, out is rows of `out_row` elements each. The sums run
// over segments of `depth` places; in each, lhs begins at its own start, while rhs goes on.
typedef struct {
    const float *rhs;
    int64_t width, depth;
    int64_t lhs_row, lhs_column;
    int64_t out_row;
    int64_t segments;
    const int64_t *starts;
    bool adds;                       // to what lies in out; rows must be whole vectors
} product_tile;

typedef void (*product_tile_fn)(
    const product_tile *tile, const float *lhs, float *out, int rows, int vectors, bool turned);

// Columns that are too few for a vector, one behind the other, each of `depth` floats.
typedef struct {
    const float *rhs;
    int64_t depth, lhs_row, lhs_column, out_row;
    int columns;                     // PRODUCT_FEW at most
} product_few;

enum { PRODUCT_FEW = 4 };

typedef void (*product_few_fn)(
    const product_few *few, const float *lhs, float *out, int rows, bool turned);

// The inner loops for this processor: floats of a vector, most rows of a tile.
typedef struct {
    product_tile_fn run;
    product_few_fn run_few;
    int lanes, tall;
} product_level;

const product_level *kls_product_level(void);

#endif
