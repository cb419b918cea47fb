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

// Packs a row of a transposed A into row tiles: `parts` near-equal segments of it, written `distance` floats
// apart, so that the rows of all k interleave to a panel a tile.
void kls_interleave(const float *from, int64_t count, int64_t parts, float *to, int64_t distance);

#endif
