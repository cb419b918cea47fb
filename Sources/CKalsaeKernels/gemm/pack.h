// Packs operands for the microkernel.
#ifndef KLS_GEMM_PACK_H
#define KLS_GEMM_PACK_H

#include <stdint.h>

// Columns of a panel at most.
enum { NR_MAX = 32 };

// A panel of B: rows of `width` floats, the first `used` of them from the columns of `from`, the others
// zero. Steps between rows and columns count elements; one of them is 1.
void kls_pack_panel(
    const float *from, int64_t row, int64_t column, int64_t rows, int64_t used, int64_t width,
    float *to);

// A transposed A, whose rows of `count` floats are cut into `tiles` near-equal segments of at most `mr`
// floats. In a packed tile its rows lie one behind the other, `mr` floats each.
typedef struct {
    const float *from;
    int64_t step;                    // floats from row to row
    int64_t count, tiles, mr;
    int64_t distance;                // floats from packed tile to packed tile
} interleaving;

// Packs rows first ..< last of all tiles, row by row: so A is read in the order of memory.
void kls_interleave(const interleaving *plan, int64_t first, int64_t last, float *to);

#endif
